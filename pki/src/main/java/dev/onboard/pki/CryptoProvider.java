package dev.onboard.pki;

import java.security.Provider;
import java.security.Security;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.slf4j.LoggerFactory;

/**
 * Who computes on elliptic curves: Amazon's Corretto Crypto Provider where its native library loads, else Java's own. Only
 * the services for curves are taken from it — signatures, key pairs, key agreement, key factories —, since others of its
 * services do not go together with the DTLS library. Thread-safe; the choice is made once, before the first use.
 */
public final class CryptoProvider {
    /** The system property with the choice: {@code auto}, {@code corretto} or {@code jdk}. */
    public static final String PROPERTY = "onboard.crypto-provider";

    private static final String NATIVE = "com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider";
    private static final String NAME = "OnboardCurves";

    private static final List<String[]> SERVICES = List.of(
            new String[] {"KeyPairGenerator", "EC"},
            new String[] {"KeyFactory", "EC"},
            new String[] {"KeyAgreement", "ECDH"},
            new String[] {"Signature", "NONEwithECDSA"},
            new String[] {"Signature", "SHA1withECDSA"},
            new String[] {"Signature", "SHA256withECDSA"},
            new String[] {"Signature", "SHA384withECDSA"},
            new String[] {"Signature", "SHA512withECDSA"});

    private CryptoProvider() {}

    /** Which provider is wanted. */
    public enum Choice {
        /** The fastest that is there. */
        AUTO,
        /** Corretto's, or nothing works. */
        CORRETTO,
        /** Java's own. */
        JDK;

        /**
         * The choice with this word.
         *
         * @throws IllegalArgumentException when there is none; the message lists them
         */
        public static Choice parse(String word) {
            for (Choice choice : values()) {
                if (choice.name().toLowerCase(Locale.ROOT).equals(word)) {
                    return choice;
                }
            }
            throw new IllegalArgumentException("'" + word + "' is no crypto provider; auto, corretto and jdk are");
        }
    }

    /**
     * Makes the choice of the system property {@link #PROPERTY} take effect, {@code auto} without one. Does nothing when
     * called again.
     *
     * @throws IllegalStateException when what was chosen cannot be had
     */
    public static void install() {
        Installed.install();
    }

    /** Who computes on curves now, for people: {@code Corretto 2.5.0} or {@code Java's own}. */
    public static String inUse() {
        install();
        return Installed.WHAT;
    }

    /** Once for the process. */
    private static final class Installed {
        static final String WHAT = choose(Choice.parse(System.getProperty(PROPERTY, "auto")));

        static void install() {
            Objects.requireNonNull(WHAT); // made when this class is
        }

        private static String choose(Choice choice) {
            if (choice == Choice.JDK) {
                return "Java's own";
            }
            try {
                Provider from =
                        (Provider) Class.forName(NATIVE).getField("INSTANCE").get(null);
                Curves curves = new Curves(from);
                Security.insertProviderAt(curves, 1);
                return "Corretto " + from.getVersionStr();
            } catch (ReflectiveOperationException | LinkageError | RuntimeException e) {
                if (choice == Choice.CORRETTO) {
                    throw new IllegalStateException(
                            "the Corretto provider does not load on this machine (" + e + "); choose auto or jdk", e);
                }
                LoggerFactory.getLogger(CryptoProvider.class)
                        .debug("the Corretto provider does not load; Java's own computes", e);
                return "Java's own";
            }
        }
    }

    /** Some services of another provider, under a name of their own. */
    private static final class Curves extends Provider {
        private static final long serialVersionUID = 1;

        Curves(Provider from) {
            super(NAME, "1", "Elliptic curves by " + from.getName());
            for (String[] service : SERVICES) {
                Service there = from.getService(service[0], service[1]);
                if (there == null) {
                    throw new IllegalStateException(from.getName() + " has no " + service[0] + " " + service[1]);
                }
                putService(new Lent(this, there));
            }
        }
    }

    private static final class Lent extends Provider.Service {
        private final Provider.Service there;

        Lent(Provider provider, Provider.Service there) {
            super(provider, there.getType(), there.getAlgorithm(), there.getClassName(), null, null);
            this.there = there;
        }

        @Override
        public Object newInstance(Object parameter) throws java.security.NoSuchAlgorithmException {
            return there.newInstance(parameter);
        }

        @Override
        public boolean supportsParameter(Object parameter) {
            return there.supportsParameter(parameter);
        }
    }
}
