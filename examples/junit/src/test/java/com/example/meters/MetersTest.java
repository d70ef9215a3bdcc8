package com.example.meters;

import dev.onboard.pki.CertificateAuthority;
import dev.onboard.pki.CertificateRecipe;
import dev.onboard.pki.Defect;
import dev.onboard.testbed.OnboardExtension;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.RegisterExtension;

class MetersTest {
    @RegisterExtension
    static OnboardExtension onboard = OnboardExtension.create();

    @Test
    void aMeterFromTheFactoryRegisters() {
        onboard.device("meter-7").powerOn().awaitRegistered();
    }

    @Test
    void anExpiredMeterStaysOut() {
        onboard.device("meter-8")
                .factoryCertificate(certificate -> certificate.with(Defect.EXPIRED))
                .powerOn()
                .assertRefused("expired");
    }

    @Test
    void aMeterOfAnotherFactoryIsUnknown() {
        CertificateAuthority stranger = CertificateAuthority.root(
                CertificateRecipe.ca("Another factory"), InstantSource.system(), new SecureRandom());
        onboard.device("meter-9")
                .signedBy(stranger)
                .withoutTrust()
                .powerOn()
                .assertRefused("unknown-ca");
    }

    @TestFactory
    Stream<DynamicTest> scenarios() {
        return onboard.scenarios(Path.of(System.getProperty("scenarios", "scenarios")));
    }
}
