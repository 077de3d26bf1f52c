package sg.aiverify.worker.app;

import picocli.CommandLine.IVersionProvider;

/** The version of this build. */
final class Version implements IVersionProvider {
    /** Returns the version from the jar's manifest. */
    static String current() {
        String version = Version.class.getPackage().getImplementationVersion();
        return version == null ? "(unpackaged)" : version;
    }

    @Override
    public String[] getVersion() {
        return new String[] {
            "aiverify-worker " + current(), "Java " + Runtime.version() + ", " + System.getProperty("java.vm.name")
        };
    }
}
