package sg.aiverify.worker.docs;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import sg.aiverify.worker.WorkerSettings;
import sg.aiverify.worker.app.settings.AppSettings;
import sg.aiverify.worker.config.Setting;
import sg.aiverify.worker.stage.ModuleProvider;

/**
 * The page of all settings. The parts between markers are generated, one for each group: a table, and below it the
 * longer descriptions. The rest is written by hand and stays as it is.
 */
final class ConfigurationPage {
    private static final Pattern GROUP = Pattern.compile(
            "(<!-- generated from the settings of the group ([^>]+) -->\n)"
                    + "(.*?)(<!-- end of the generated part -->)",
            Pattern.DOTALL);
    /** The most characters of the cell with the allowed values; longer ones are below the table. */
    private static final int CELL = 60;
    /** Names of variables and of modules. */
    private static final Pattern NAME = Pattern.compile("\\w+_\\w+(=\\w+)?");

    private ConfigurationPage() {}

    /** Returns all settings in the order of the page, each once. */
    static List<Setting<?>> settings() {
        // By stage and name, since the order of jars on the class path is not the same everywhere.
        Map<String, ModuleProvider> providers = new TreeMap<>();
        ServiceLoader.load(ModuleProvider.class)
                .forEach(provider -> providers.put(provider.stage().ordinal() + provider.name(), provider));
        return Stream.of(
                        AppSettings.all().stream(),
                        WorkerSettings.all().stream(),
                        providers.values().stream().flatMap(provider -> provider.settings().stream()))
                .<Setting<?>>flatMap(settings -> settings)
                .distinct()
                .toList();
    }

    /** Returns the headings under which the page lists settings. */
    static List<String> groups(String page) {
        return GROUP.matcher(page).results().map(place -> place.group(2)).toList();
    }

    /** Returns the page as it should be. */
    static String current(String page, Collection<Setting<?>> settings) {
        return GROUP.matcher(page).replaceAll(place -> {
            List<Setting<?>> members = settings.stream()
                    .filter(setting -> setting.group().equals(place.group(2)))
                    .toList();
            return Matcher.quoteReplacement(place.group(1) + table(members) + details(members) + place.group(4));
        });
    }

    private static String table(List<Setting<?>> settings) {
        return settings.stream()
                .map(setting -> "| %s | %s | %s | %s |\n"
                        .formatted(
                                cell(name(setting)),
                                cell(sentence(setting.meaning())),
                                cell(isLong(setting) ? "see below" : code(setting.allowed())),
                                cell(defaultOf(setting))))
                .collect(Collectors.joining(
                        "", "\n| Variable | Meaning | Allowed | Default |\n|---|---|---|---|\n", "\n"));
    }

    private static String details(List<Setting<?>> settings) {
        return settings.stream()
                .filter(ConfigurationPage::hasDetails)
                .map(setting -> "### " + setting.name() + "\n\n" + paragraphs(setting))
                .collect(Collectors.joining());
    }

    private static String paragraphs(Setting<?> setting) {
        return Stream.concat(
                        Stream.of(setting.details().split("\n\n")),
                        Stream.of(isLong(setting) ? "Allowed: " + code(setting.allowed()) + "." : ""))
                .map(paragraph -> paragraph.strip().replace('\n', ' '))
                .filter(paragraph -> !paragraph.isEmpty())
                .map(paragraph -> paragraph + "\n\n")
                .collect(Collectors.joining());
    }

    private static String name(Setting<?> setting) {
        String name = "`" + setting.name() + "`";
        return hasDetails(setting) ? "[" + name + "](#" + setting.name().toLowerCase(Locale.ROOT) + ")" : name;
    }

    private static boolean hasDetails(Setting<?> setting) {
        return !setting.details().isEmpty() || isLong(setting);
    }

    private static boolean isLong(Setting<?> setting) {
        return setting.allowed().length() > CELL;
    }

    private static String defaultOf(Setting<?> setting) {
        return setting.defaultText()
                .map(text -> "`" + text + "`")
                .orElse(setting.whenNotSet().isEmpty() ? "none" : setting.whenNotSet());
    }

    private static String sentence(String words) {
        return words.substring(0, 1).toUpperCase(Locale.ROOT) + code(words.substring(1)) + ".";
    }

    private static String code(String words) {
        return NAME.matcher(words).replaceAll(name -> "`" + Matcher.quoteReplacement(name.group()) + "`");
    }

    private static String cell(String text) {
        return text.replace("|", "\\|");
    }
}
