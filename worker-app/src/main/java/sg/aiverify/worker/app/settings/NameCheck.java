package sg.aiverify.worker.app.settings;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import sg.aiverify.worker.WorkerSettings;
import sg.aiverify.worker.config.Setting;
import sg.aiverify.worker.config.internal.NearestName;
import sg.aiverify.worker.gateway.internal.GatewayProxy;

/** Finds names that look like settings but are not: a misspelled setting has no effect, without any error. */
final class NameCheck {
    private static final String OWN_PREFIX = "TEWORKER_";
    // Other systems (CI, Kubernetes' service links) also use these prefixes. The check reports only names that are
    // similar to a setting.
    private static final List<String> SHARED_PREFIXES = List.of("PIPELINE_", "VALKEY_", "APIGW_");
    /** Variables that most programs also read in lower case. */
    private static final Set<String> IN_ANY_CASE = Stream.of(
                    GatewayProxy.HTTPS_PROXY, GatewayProxy.HTTP_PROXY, GatewayProxy.NO_PROXY)
            .map(setting -> setting.name().toLowerCase(Locale.ROOT))
            .collect(Collectors.toUnmodifiableSet());
    /** The variables that Kubernetes sets in pods for each service of the namespace. */
    private static final Pattern SERVICE_LINK =
            Pattern.compile("(.+?)_(SERVICE_HOST|SERVICE_PORT(_.+)?|PORT(_\\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)");

    private static final int NEAR_MISS = 2;
    /** The least length of a name. A shorter name that differs in two letters can be another word. */
    private static final int LEAST_LENGTH = 8;

    private final Set<String> known = new TreeSet<>();
    /**
     * The settings of selected modules. A name without a known prefix is reported only if it is similar to one of them.
     */
    private final Set<String> ofModules = new TreeSet<>();

    /**
     * Creates the check.
     *
     * @param settings all known settings
     * @param used the settings that have an effect with the selected modules
     */
    NameCheck(Collection<? extends Setting<?>> settings, Collection<? extends Setting<?>> used) {
        settings.forEach(setting -> known.add(setting.name()));
        used.stream()
                .map(Setting::name)
                .filter(name -> name.length() >= LEAST_LENGTH)
                .forEach(ofModules::add);
        Stream.of(WorkerSettings.all(), AppSettings.all())
                .flatMap(Collection::stream)
                .map(Setting::name)
                .forEach(ofModules::remove);
    }

    /**
     * Checks the names of variables that are set.
     *
     * @param names the names of variables
     * @return one sentence for each name that is probably misspelled
     */
    List<String> notices(Collection<String> names) {
        List<String> notices = new ArrayList<>();
        for (String name : new TreeSet<>(names)) {
            if (!known.contains(name) && !isOthers(name, names)) {
                notice(name).ifPresent(notices::add);
            }
        }
        return notices;
    }

    private static boolean isOthers(String name, Collection<String> names) {
        Matcher link = SERVICE_LINK.matcher(name);
        return name.equals(LoadedSettings.LOWER_CASE_ERROR_STAGE)
                || IN_ANY_CASE.contains(name)
                || link.matches() && names.contains(link.group(1) + "_SERVICE_HOST");
    }

    private Optional<String> notice(String name) {
        String upper = name.toUpperCase(Locale.ROOT);
        if (known.contains(upper)) {
            return Optional.of(sentence(name, Optional.of(upper)));
        }
        if (upper.startsWith(OWN_PREFIX)) {
            return Optional.of(sentence(name, NearestName.of(upper, known)));
        }
        if (SHARED_PREFIXES.stream().anyMatch(upper::startsWith)) {
            return NearestName.of(upper, known)
                    .filter(candidate -> NearestName.isBeginning(upper, candidate)
                            || NearestName.distance(upper, candidate) <= NEAR_MISS)
                    .map(candidate -> sentence(name, Optional.of(candidate)));
        }
        return NearestName.of(upper, ofModules)
                .filter(candidate -> upper.length() >= LEAST_LENGTH)
                .filter(candidate -> NearestName.distance(upper, candidate) <= NEAR_MISS)
                .map(candidate -> sentence(name, Optional.of(candidate)));
    }

    private static String sentence(String name, Optional<String> suggestion) {
        return name + " is not a setting and has no effect"
                + suggestion
                        .map(nearest -> "; did you mean " + nearest + "?")
                        .orElse("; docs/configuration.md lists the settings");
    }
}
