package sg.aiverify.worker.docs;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.BinaryTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ConditionalExpressionTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.NewClassTree;
import com.sun.source.tree.ParenthesizedTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreeScanner;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.lang.model.element.Modifier;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * The error texts in the sources of the modules: the messages of exceptions, of log lines at the levels WARN, ERROR and
 * FATAL, of findings of {@code doctor}, and of problems that are collected; besides, all texts that contain a word of
 * failure. Parts that are known only at run time read {@value #GAP}.
 */
final class ErrorTexts {
    static final String GAP = "…";

    private static final Path ROOT = Path.of("..");
    /** Their messages reach no user: they are caught where they are thrown, or report an error of a programmer. */
    private static final Set<String> INTERNAL = Set.of(
            "IllegalArgumentException",
            "IllegalStateException",
            "InterruptedException",
            "UncheckedIOException",
            "UnsupportedOperationException",
            "NullPointerException",
            "AssertionError");

    /** The methods that report a text: of loggers, and of findings of {@code doctor}. */
    private static final Set<String> LEVELS = Set.of("warn", "error", "fatal", "fail");

    private static final Pattern PLACEHOLDER = Pattern.compile("\\{}|\\$\\d|%(?:\\d+\\$)?[-,.\\d]*[a-zA-Z]");
    private static final Pattern WORD = Pattern.compile("\\p{L}{2,}");
    private static final Pattern WORDS = Pattern.compile("\\p{L}{2,}.*\\s.*\\p{L}{2,}");
    private static final int MOST_VARIANTS = 16;
    /** What a text contains that reports a failure, but is no message of an exception or of such a log line yet. */
    private static final Pattern SIGNS =
            Pattern.compile("\\b(?:cannot|could not|[Ff]ailed to|unexpected error|missing|must|invalid"
                    + "|killed|ran out|not reachable|not respond|refuses|rejects|broke|is full|took (?:longer|more)|no longer"
                    + "|damaged|too (?:large|long|many|few|short|deep)|not retried|did not end|exit code|not installed|is unknown"
                    + "|does not (?:match|exist|read)|allowed: |No tool can|not UTF-8|differs between"
                    + "|is not (?:an?|encoded|the|in|of|on|allowed|set|used|trusted|empty)\\b)");
    /** The methods whose arguments are texts of other kinds: log lines without a failure, patterns and settings. */
    private static final Set<String> OTHERS =
            Set.of("info", "debug", "compile", "text", "seconds", "secret", "secretFile", "flag", "withDetails");
    /** The methods whose first argument is a text, or a part of it. */
    private static final Set<String> WRAPPERS =
            Set.of("String.format", "ShortHash.in", "List.of", "FailureText.printable", "FailureText.withOutput");
    /** More steps than any text takes. Without a limit, a variable that is part of its own value would never end. */
    private static final int MOST_STEPS = 24;

    private ErrorTexts() {}

    /**
     * Reads the error texts of the Java and Python sources below the modules' {@code src/main}, except the testkit's.
     *
     * @return each text with the name of a file that has it
     * @throws Exception if a source cannot be read
     */
    static Map<String, String> ofTheModules() throws Exception {
        Map<String, String> texts = new TreeMap<>();
        PythonScript.run("error_texts.py").lines().forEach(line -> {
            int tab = line.indexOf('\t');
            texts.putIfAbsent(normalized(line.substring(tab + 1)), line.substring(0, tab));
        });
        texts.putAll(of(sources()));
        return texts;
    }

    /**
     * Reads the error texts of Java sources.
     *
     * @param sources files
     * @return each text with the name of a file that has it
     * @throws IOException if a source cannot be read
     */
    static Map<String, String> of(List<Path> sources) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        Map<String, String> texts = new TreeMap<>();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            JavacTask task = (JavacTask) compiler.getTask(
                    null, files, null, List.of("-proc:none"), null, files.getJavaFileObjectsFromPaths(sources));
            for (CompilationUnitTree unit : task.parse()) {
                Source source = new Source();
                source.scan(unit, null);
                Path file = Path.of(unit.getSourceFile().toUri()).getFileName();
                source.texts.forEach(text -> texts.putIfAbsent(text, String.valueOf(file)));
            }
        }
        return texts;
    }

    private static List<Path> sources() throws IOException {
        List<Path> sources = new ArrayList<>();
        try (DirectoryStream<Path> modules = Files.newDirectoryStream(ROOT, "worker-*")) {
            for (Path module : modules) {
                if (!module.endsWith("worker-testkit")) {
                    try (Stream<Path> files = Files.walk(module.resolve("src/main/java"))) {
                        files.filter(ErrorTexts::mayReport).forEach(sources::add);
                    }
                }
            }
        }
        return sources;
    }

    private static boolean mayReport(Path file) {
        return file.toString().endsWith(".java") && !file.getParent().endsWith("app/metrics");
    }

    /** Brings a text into the form in which texts are compared: one blank between words, one gap for adjacent ones. */
    static String normalized(String text) {
        return PLACEHOLDER
                .matcher(text)
                .replaceAll(GAP)
                .replaceAll("\\s+", " ")
                .replaceAll("\\p{Cntrl}+", GAP)
                .replaceAll("…(?:[ '\"`]*…)+", GAP)
                .strip();
    }

    private static boolean isFailure(String text) {
        return WORD.matcher(text).results().count() >= 4
                && SIGNS.matcher(text).find()
                && !text.contains("(?"); // a pattern
    }

    private static final class Source extends TreeScanner<Void, Void> {
        final Set<String> texts = new HashSet<>();
        private final Map<String, ExpressionTree> constants = new HashMap<>();
        private final Map<String, ExpressionTree> variables = new HashMap<>();
        private final Set<String> makers = new HashSet<>();

        @Override
        public Void visitClass(ClassTree type, Void none) {
            for (Tree member : type.getMembers()) {
                if (member instanceof VariableTree field
                        && field.getModifiers().getFlags().contains(Modifier.STATIC)
                        && field.getInitializer() != null) {
                    constants.put(field.getName().toString(), field.getInitializer());
                }
                if (member instanceof MethodTree method
                        && method.getReturnType() != null
                        && isReported(method.getReturnType().toString())) {
                    makers.add(method.getName().toString());
                }
            }
            return super.visitClass(type, none);
        }

        @Override
        public Void visitMethod(MethodTree method, Void none) {
            variables.clear();
            return super.visitMethod(method, none);
        }

        @Override
        public Void visitVariable(VariableTree variable, Void none) {
            if (variable.getInitializer() != null) {
                variables.put(variable.getName().toString(), variable.getInitializer());
            }
            return super.visitVariable(variable, none);
        }

        @Override
        public Void visitNewClass(NewClassTree created, Void none) {
            String type = created.getIdentifier().toString();
            if (INTERNAL.contains(type)) {
                return null;
            }
            if (isReported(type)) {
                created.getArguments().forEach(this::addReported);
            }
            return super.visitNewClass(created, none);
        }

        @Override
        public Void visitAnnotation(AnnotationTree annotation, Void none) {
            return null;
        }

        @Override
        public Void visitLiteral(LiteralTree literal, Void none) {
            add(literal, ErrorTexts::isFailure);
            return null;
        }

        @Override
        public Void visitBinary(BinaryTree binary, Void none) {
            if (binary.getKind() == Tree.Kind.PLUS) {
                add(binary, ErrorTexts::isFailure);
                return null;
            }
            return super.visitBinary(binary, none);
        }

        @Override
        public Void visitMethodInvocation(MethodInvocationTree call, Void none) {
            String method = call.getMethodSelect() instanceof MemberSelectTree selected
                    ? selected.getIdentifier().toString()
                    : call.getMethodSelect().toString();
            if (OTHERS.contains(method)) {
                return null;
            }
            boolean isLog = LEVELS.contains(method) && call.getMethodSelect() instanceof MemberSelectTree;
            if (isLog) { // the other arguments fill the placeholders
                call.getArguments().stream().limit(1).forEach(this::addReported);
            } else if (isMaker(call) || method.equals("add") && receiver(call).equals("problems")) {
                call.getArguments().forEach(this::addReported);
            }
            return super.visitMethodInvocation(call, none);
        }

        /** Whether it calls a method of the same file that returns such an exception. */
        private boolean isMaker(MethodInvocationTree call) {
            return call.getMethodSelect() instanceof IdentifierTree name
                    && makers.contains(name.getName().toString());
        }

        private static String receiver(MethodInvocationTree call) {
            return call.getMethodSelect() instanceof MemberSelectTree selected
                    ? selected.getExpression().toString()
                    : "";
        }

        private static boolean isReported(String type) {
            String simple = type.substring(type.lastIndexOf('.') + 1);
            return simple.endsWith("Exception") && !INTERNAL.contains(simple);
        }

        private void addReported(ExpressionTree expression) {
            add(expression, text -> WORDS.matcher(text).find());
        }

        private void add(ExpressionTree expression, Predicate<String> wanted) {
            variants(expression, 0).stream()
                    .map(ErrorTexts::normalized)
                    .filter(wanted)
                    .forEach(texts::add);
        }

        /** The texts that an expression can have. */
        private List<String> variants(ExpressionTree expression, int depth) {
            if (depth > MOST_STEPS) {
                return List.of(GAP);
            }
            if (expression instanceof LiteralTree literal) {
                return List.of(String.valueOf(literal.getValue()));
            }
            if (expression instanceof ParenthesizedTree parenthesized) {
                return variants(parenthesized.getExpression(), depth + 1);
            }
            if (expression instanceof ConditionalExpressionTree conditional) {
                List<String> both = new ArrayList<>(variants(conditional.getTrueExpression(), depth + 1));
                both.addAll(variants(conditional.getFalseExpression(), depth + 1));
                return both;
            }
            if (expression instanceof BinaryTree binary && binary.getKind() == Tree.Kind.PLUS) {
                return joined(
                        variants(binary.getLeftOperand(), depth + 1), variants(binary.getRightOperand(), depth + 1));
            }
            if (expression instanceof IdentifierTree identifier) {
                String name = identifier.getName().toString();
                ExpressionTree value = variables.getOrDefault(name, constants.get(name));
                return value == null || value == expression ? List.of(GAP) : variants(value, depth + 1);
            }
            if (expression instanceof MethodInvocationTree call) {
                return variants(call, depth);
            }
            return List.of(GAP);
        }

        private List<String> variants(MethodInvocationTree call, int depth) {
            if (call.getMethodSelect() instanceof MemberSelectTree selected) {
                if (selected.getIdentifier().contentEquals("formatted")) {
                    return variants(selected.getExpression(), depth + 1);
                }
                if (WRAPPERS.contains(selected.toString())
                        && !call.getArguments().isEmpty()) {
                    return variants(call.getArguments().get(0), depth + 1);
                }
            }
            return List.of(GAP);
        }

        private static List<String> joined(List<String> left, List<String> right) {
            if (left.size() * right.size() > MOST_VARIANTS) {
                return List.of(GAP);
            }
            return left.stream()
                    .flatMap(first -> right.stream().map(second -> first + second))
                    .toList();
        }
    }
}
