package sg.aiverify.worker;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleName;
import static com.tngtech.archunit.lang.conditions.ArchConditions.accessTargetWhere;
import static com.tngtech.archunit.lang.conditions.ArchConditions.be;
import static com.tngtech.archunit.lang.conditions.ArchConditions.dependOnClassesThat;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.THROW_GENERIC_EXCEPTIONS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaEnumConstant;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.AbstractCollection;
import java.util.AbstractMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Lock;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The architecture rules: which package may depend on which. */
class ArchitectureTest {
    private static final String APP = "sg.aiverify.worker.app..";
    private static final String DEMO_JAR = "sg.aiverify.worker.app.demo.sample..";
    private static final String TESTKIT = "sg.aiverify.worker.testkit..";
    private static final String PIPELINES = "sg.aiverify.worker.pipelines..";
    private static final String API = "org.apiguardian.api.API";
    private static final String INTERNAL = "sg.aiverify.worker..internal..";
    /** Libraries that may change without an effect on callers of worker-core. */
    private static final List<String> HIDDEN_LIBRARIES = List.of(
            "redis.clients.",
            "org.apache.hc.",
            "com.github.dockerjava.",
            "io.fabric8.",
            "dev.harrel.",
            "tools.jackson.",
            "org.apache.commons.");

    /** Mutable types; the type alone does not show whether a {@code Map} or a {@code List} is mutable. */
    private static final List<Class<?>> CHANGEABLE = List.of(
            AbstractCollection.class,
            AbstractMap.class,
            ConcurrentMap.class,
            Queue.class,
            AtomicBoolean.class,
            AtomicInteger.class,
            AtomicLong.class,
            AtomicReference.class,
            LongAdder.class,
            ThreadLocal.class,
            Thread.class,
            ExecutorService.class,
            Lock.class,
            Semaphore.class,
            CountDownLatch.class,
            StringBuilder.class,
            AutoCloseable.class);

    private static final JavaClasses ALL = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("sg.aiverify.worker");

    @Test
    void allModulesWereScanned() {
        assertThat(ALL.size()).isGreaterThan(150);
        for (String part : List.of(APP, TESTKIT, PIPELINES, "sg.aiverify.worker.engine")) {
            assertThat(ALL.that(resideInAPackage(part))).as(part).isNotEmpty();
        }
    }

    @Test
    void coreKnowsNoPipelineNoTestkitAndNoApp() {
        noClasses()
                .that(resideInAPackage("sg.aiverify.worker..")
                        .and(resideInAnyPackage(APP, TESTKIT, PIPELINES).negate()))
                .should(dependOnClassesThat(resideInAnyPackage(APP, TESTKIT, PIPELINES)))
                .check(ALL);
    }

    @Test
    void pipelinesKnowNeitherEachOtherNorTheAppNorTheTestkit() {
        noClasses()
                .that(resideInAPackage(PIPELINES))
                .should(dependOnClassesThat(resideInAnyPackage(APP, TESTKIT)))
                .check(ALL);
        slices().matching("sg.aiverify.worker.pipelines.(*)..")
                .should()
                .notDependOnEachOther()
                .check(ALL);
    }

    @Test
    void nobodyKnowsTheApp() {
        noClasses()
                .that(resideInAPackage(APP).negate())
                .should(dependOnClassesThat(resideInAPackage(APP)))
                .check(ALL);
    }

    @Test
    void onlyTheDemosOwnJarKnowsTheTestkit() {
        noClasses()
                .that(resideInAPackage(APP).and(resideInAPackage(DEMO_JAR).negate()))
                .should(dependOnClassesThat(resideInAnyPackage(TESTKIT, DEMO_JAR)))
                .check(ALL);
    }

    @Test
    void onlyTheServiceListensForHttp() {
        noClasses()
                .that(simpleName("WorkerService")
                        .or(simpleName("OperatorServer"))
                        .negate())
                .should(dependOnClassesThat(simpleName("OperatorServer")))
                .check(ALL);
        noClasses()
                .that(simpleName("WorkerService").or(simpleName("Wiring")).negate())
                .should(dependOnClassesThat(simpleName("WorkerService")))
                .check(ALL);
    }

    @Test
    void packagesFormNoCircle() {
        slices().matching("sg.aiverify.worker.(**)").should().beFreeOfCycles().check(ALL);
    }

    @Test
    void publicSignaturesOfCoreShowNoHiddenLibrary() {
        classes()
                .that(resideInAPackage("sg.aiverify.worker..")
                        .and(resideInAnyPackage(APP, TESTKIT, PIPELINES).negate()))
                .should(showNoHiddenLibrary())
                .check(ALL);
    }

    @Test
    void onlyTheCommandLinePrints() {
        noClasses()
                .that(resideInAPackage(APP).negate())
                .should(ACCESS_STANDARD_STREAMS)
                .check(ALL);
    }

    @Test
    void nobodyThrowsGenericExceptions() {
        noClasses().should(THROW_GENERIC_EXCEPTIONS).check(ALL);
    }

    @Test
    void nothingButTheAppEndsTheProcess() {
        noClasses()
                .that(resideInAPackage(APP).negate())
                .should()
                .callMethod(System.class, "exit", int.class)
                .check(ALL);
    }

    @Test
    void nothingReadsTheEnvironmentButTheAppAndTheTestkit() {
        noClasses()
                .that(resideInAnyPackage(APP, TESTKIT).negate())
                .should(callAnyOf(System.class, "getenv"))
                .check(ALL);
        // It starts as the environment of this process.
        noClasses()
                .that(resideInAnyPackage(APP, TESTKIT)
                        .or(simpleName("ProgramStart"))
                        .negate())
                .should(callAnyOf(ProcessBuilder.class, "environment"))
                .check(ALL);
    }

    @Test
    void nothingTakesSystemPropertiesForSettings() {
        // Properties of the machine: the encoding of file names, the user and the user's home directory.
        noClasses()
                .that(resideInAnyPackage(APP, TESTKIT)
                        .or(simpleName("FileNames"))
                        .or(simpleName("SandboxChoice"))
                        .negate())
                .should(callAnyOf(System.class, "getProperty", "getProperties", "setProperty"))
                .orShould(callAnyOf(Boolean.class, "getBoolean"))
                .orShould(callAnyOf(Integer.class, "getInteger"))
                .orShould(callAnyOf(Long.class, "getLong"))
                .check(ALL);
    }

    @Test
    void nothingKeepsStaticStateButTheLocksOfTheProcess() {
        DescribedPredicate<JavaField> changeable = describe(
                "hold what can change",
                field -> !field.getModifiers().contains(JavaModifier.FINAL)
                        || CHANGEABLE.stream().anyMatch(field.getRawType()::isAssignableTo));
        noFields()
                .that(describe(
                        "are static",
                        (JavaField field) -> field.getModifiers().contains(JavaModifier.STATIC)
                                && !field.getModifiers().contains(JavaModifier.SYNTHETIC)))
                .and()
                .areDeclaredInClassesThat(resideInAnyPackage(APP, TESTKIT)
                        .or(simpleName("FileLocks"))
                        .negate())
                .should(be(changeable))
                .check(ALL);
    }

    @Test
    void everyPublicTypeOutsideInternalSaysHowLongItStays() {
        List<JavaClass> open = ALL.stream()
                .filter(type -> type.isTopLevelClass() && isPublic(type) && !isIn(type, APP) && !isIn(type, INTERNAL))
                .toList();
        assertThat(open).hasSizeGreaterThan(100);
        assertThat(open.stream().filter(type -> mark(type).isEmpty()).map(JavaClass::getName))
                .as("without @API")
                .isEmpty();
        // Worker is not in the package of the engine that it starts.
        assertThat(open.stream()
                        .filter(type -> mark(type).equals(Optional.of("INTERNAL")))
                        .map(JavaClass::getName))
                .containsExactly("sg.aiverify.worker.engine.Engine");
    }

    @Test
    void nothingInPackagesNamedInternalIsMarked() {
        assertThat(ALL.stream()
                        .filter(type -> isIn(type, INTERNAL) && mark(type).isPresent())
                        .map(JavaClass::getName))
                .isEmpty();
    }

    @Test
    void whatIsPublicShowsNothingInternal() {
        classes()
                .that(describe("are public API", ArchitectureTest::isApi))
                .should(new ArchCondition<>("show nothing internal") {
                    @Override
                    public void check(JavaClass type, ConditionEvents events) {
                        shown(type, unit -> true)
                                .filter(shown -> isInternal(shown.getBaseComponentType()))
                                .forEach(shown -> events.add(SimpleConditionEvent.violated(
                                        type, type.getName() + " shows " + shown.getName())));
                    }
                })
                .check(ALL);
    }

    @Test
    void whatIsInternalToAModuleIsForTheModulesThatComeWithTheWorker() {
        // Modules of the same release may use internal packages of worker-core, but not those of other modules.
        for (String module : List.of("docker", "k8s")) {
            noClasses()
                    .that(resideInAPackage("sg.aiverify.worker.pipelines." + module + "..")
                            .negate())
                    .should(dependOnClassesThat(
                            resideInAPackage("sg.aiverify.worker.pipelines." + module + ".internal..")))
                    .check(ALL);
        }
    }

    @Test
    void whatIsStableShowsWhatIsExperimentalOnlyWhereItSaysSo() {
        classes()
                .that(describe(
                        "are stable",
                        type -> isApi(type) && mark(outermost(type)).equals(Optional.of("STABLE"))))
                .should(new ArchCondition<>("mark what shows an experimental type") {
                    @Override
                    public void check(JavaClass type, ConditionEvents events) {
                        shown(type, unit -> unit.tryGetAnnotationOfType(API).isEmpty())
                                .filter(shown -> mark(outermost(shown.getBaseComponentType()))
                                        .equals(Optional.of("EXPERIMENTAL")))
                                .forEach(shown -> events.add(SimpleConditionEvent.violated(
                                        type, type.getName() + " shows " + shown.getName())));
                    }
                })
                .check(ALL);
    }

    @Test
    void theTestkitHardlyUsesWhatIsInternalToTheWorker() {
        // Users must be able to write tests with the public types, as nearly all tests of the testkit do.
        assertThat(ALL.stream()
                        .filter(type -> isIn(type, TESTKIT))
                        .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
                        .map(dependency -> outermost(dependency.getTargetClass().getBaseComponentType()))
                        .filter(ArchitectureTest::isInternal)
                        .map(JavaClass::getSimpleName)
                        .distinct())
                .containsExactlyInAnyOrder("ResultWriter", "DirectoryTree", "DiskContentCache");
    }

    @Test
    void thePackagesForAuthorsOfModulesAreListed() throws IOException {
        String page = Files.readString(Path.of("..", "docs", "pipelines.md"));
        assertThat(ALL.stream()
                        .filter(type -> isApi(type) && !isIn(type, TESTKIT) && !isIn(type, PIPELINES))
                        .map(JavaClass::getPackageName)
                        .distinct())
                .allSatisfy(name -> assertThat(page.substring(page.indexOf("## What you may use")))
                        .contains("`" + name + "`"));
    }

    private static boolean isPublic(JavaClass type) {
        return type.getModifiers().contains(JavaModifier.PUBLIC);
    }

    private static boolean isIn(JavaClass type, String packages) {
        return resideInAPackage(packages).test(type);
    }

    private static JavaClass outermost(JavaClass type) {
        return type.getEnclosingClass().map(ArchitectureTest::outermost).orElse(type);
    }

    private static Optional<String> mark(JavaClass type) {
        return type.tryGetAnnotationOfType(API)
                .map(mark -> ((JavaEnumConstant) mark.get("status").orElseThrow()).name());
    }

    private static boolean isInternal(JavaClass type) {
        return isIn(type, INTERNAL) || mark(outermost(type)).equals(Optional.of("INTERNAL"));
    }

    private static boolean isApi(JavaClass type) {
        return isVisible(type.getModifiers())
                && type.getEnclosingClass().map(ArchitectureTest::isApi).orElse(true)
                && !isIn(type, APP)
                && !isInternal(type);
    }

    private static boolean isVisible(Set<JavaModifier> modifiers) {
        return modifiers.contains(JavaModifier.PUBLIC) || modifiers.contains(JavaModifier.PROTECTED);
    }

    /** Returns the types in the public contract: also in generics, super-types and exceptions. */
    private static Stream<JavaClass> shown(JavaClass type, Predicate<JavaCodeUnit> counted) {
        Stream<JavaType> above = Stream.concat(type.getSuperclass().stream(), type.getInterfaces().stream());
        Stream<JavaType> fields = type.getFields().stream()
                .filter(field -> isVisible(field.getModifiers()))
                .map(JavaField::getType);
        Stream<JavaType> units = type.getCodeUnits().stream()
                .filter(unit -> isVisible(unit.getModifiers()) && counted.test(unit))
                .flatMap(unit -> Stream.of(
                                Stream.of(unit.getReturnType()),
                                unit.getParameterTypes().stream(),
                                unit.getTypeParameters().stream(),
                                unit.getExceptionTypes().stream())
                        .flatMap(part -> part));
        return Stream.of(above, fields, units, type.getTypeParameters().stream())
                .flatMap(part -> part)
                .flatMap(shown -> shown.getAllInvolvedRawTypes().stream());
    }

    private static ArchCondition<JavaClass> callAnyOf(Class<?> owner, String... names) {
        return accessTargetWhere(
                describe( // calls, and references to methods
                        "call " + owner.getSimpleName() + "." + String.join(", ", names),
                        call -> call.getTargetOwner().isEquivalentTo(owner)
                                && List.of(names).contains(call.getName())));
    }

    @Test
    void noClassIsAManagerHelperUtilOrImpl() {
        assertThat(ALL.stream().map(JavaClass::getSimpleName))
                .noneMatch(name -> name.matches(".*(Manager|Helper|Utils?|Impl)"));
    }

    @Test
    void noTwoTopLevelTypesShareASimpleName() {
        Map<String, List<String>> byName = ALL.stream()
                .filter(JavaClass::isTopLevelClass)
                .filter(type -> !type.getSimpleName().equals("package-info"))
                .collect(Collectors.groupingBy(
                        JavaClass::getSimpleName, Collectors.mapping(JavaClass::getName, Collectors.toList())));
        assertThat(byName.values()).filteredOn(types -> types.size() > 1).isEmpty();
    }

    private static ArchCondition<JavaClass> showNoHiddenLibrary() {
        return new ArchCondition<>("show no hidden library in public signatures") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                if (!type.getModifiers().contains(JavaModifier.PUBLIC)) {
                    return;
                }
                type.getCodeUnits().stream()
                        .filter(unit -> unit.getModifiers().contains(JavaModifier.PUBLIC)
                                || unit.getModifiers().contains(JavaModifier.PROTECTED))
                        .forEach(unit -> types(unit)
                                .filter(name -> HIDDEN_LIBRARIES.stream().anyMatch(name::startsWith))
                                .forEach(name -> events.add(
                                        SimpleConditionEvent.violated(unit, unit.getFullName() + " shows " + name))));
            }
        };
    }

    private static Stream<String> types(JavaCodeUnit unit) {
        return Stream.concat(
                Stream.of(unit.getRawReturnType().getName()),
                unit.getRawParameterTypes().stream().map(JavaClass::getName));
    }
}
