package dev.onboard.server.internal;

import java.security.Principal;
import org.eclipse.californium.elements.PrincipalEndpointContextMatcher;

/**
 * A message belongs to a request when it comes from a device of the same subject name: of a stored observation only that
 * name is left, and a device whose certificate was renewed is still the one that was observed. Names here are whole
 * subjects that one account issued, so equal texts are equal subjects.
 */
final class SameSubject extends PrincipalEndpointContextMatcher {
    @Override
    public String getName() {
        return "same subject";
    }

    @Override
    protected boolean matchPrincipals(Principal requested, Principal available) {
        return requested.equals(available) || requested.getName().equals(available.getName());
    }
}
