package sg.aiverify.worker.engine;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** Loads the worker's classes again, and records which of them each thread calls. Only one instance at a time. */
public final class TracedClasses extends ClassLoader {
    private static final String OURS = "sg.aiverify.worker.";
    private static final Map<String, Set<String>> seen = new ConcurrentHashMap<>();
    private static volatile boolean noting;

    TracedClasses(ClassLoader parent) {
        super(parent);
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith(OURS) || name.equals(TracedClasses.class.getName())) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            return loaded == null ? define(name) : loaded;
        }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
        try (InputStream file = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
            if (file == null) {
                throw new ClassNotFoundException(name);
            }
            ClassReader reader = new ClassReader(file);
            ClassWriter writer = new ClassWriter(reader, ClassWriter.COMPUTE_MAXS);
            reader.accept(new Noting(writer, name), 0);
            byte[] bytes = writer.toByteArray();
            return defineClass(name, bytes, 0, bytes.length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Adds a call of {@link #note} to the start of each method, except for class initialisers. */
    private static final class Noting extends ClassVisitor {
        private final String name;

        Noting(ClassVisitor target, String name) {
            super(Opcodes.ASM9, target);
            this.name = name;
        }

        @Override
        public MethodVisitor visitMethod(
                int access, String method, String descriptor, String signature, String[] exceptions) {
            MethodVisitor target = super.visitMethod(access, method, descriptor, signature, exceptions);
            if (method.equals("<clinit>")) {
                return target;
            }
            return new MethodVisitor(Opcodes.ASM9, target) {
                @Override
                public void visitCode() {
                    super.visitCode();
                    visitLdcInsn(name);
                    visitMethodInsn(
                            Opcodes.INVOKESTATIC,
                            TracedClasses.class.getName().replace('.', '/'),
                            "note",
                            "(Ljava/lang/String;)V",
                            false);
                }
            };
        }
    }

    /** Called by each method of the loaded classes; records the class. */
    public static void note(String name) {
        if (noting) {
            String thread = Thread.currentThread().getName().replaceAll("-\\d+$", "");
            seen.computeIfAbsent(thread, first -> ConcurrentHashMap.newKeySet()).add(name);
        }
    }

    /** Deletes the records and starts to record. */
    public void begin() {
        seen.clear();
        noting = true;
    }

    /** Stops to record. */
    public void end() {
        noting = false;
    }

    /** Returns the full names of the classes, including nested ones, by thread names without numbers. */
    Map<String, Set<String>> seen() {
        return new TreeMap<>(seen);
    }
}
