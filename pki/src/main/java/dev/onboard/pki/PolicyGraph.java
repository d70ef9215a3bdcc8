package dev.onboard.pki;

import dev.onboard.pki.internal.Oids;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The valid policies along a path (RFC 5280, 6.1.2 to 6.1.5), kept as the graph of RFC 9618: one node for a policy at each
 * depth, so that mappings cannot make it grow without bound.
 */
final class PolicyGraph {
    private static final class Node {
        final String policy;
        Set<String> expected;
        final List<Node> parents;

        Node(String policy, Set<String> expected, List<Node> parents) {
            this.policy = policy;
            this.expected = expected;
            this.parents = parents;
        }
    }

    private Map<String, Node> level = new LinkedHashMap<>();

    PolicyGraph() {
        level.put(Oids.ANY_POLICY, new Node(Oids.ANY_POLICY, Set.of(Oids.ANY_POLICY), List.of()));
    }

    boolean isEmpty() {
        return level.isEmpty();
    }

    /** No policy is valid any more: the certificate has no policies. */
    void clear() {
        level = new LinkedHashMap<>();
    }

    /** Goes one certificate down (6.1.3 (d)). {@code anyCounts}: whether anyPolicy in the certificate is honoured. */
    void descend(Set<String> policies, boolean anyCounts) {
        Map<String, Node> next = new LinkedHashMap<>();
        Node any = level.get(Oids.ANY_POLICY);
        for (String policy : policies) {
            if (policy.equals(Oids.ANY_POLICY)) {
                continue;
            }
            List<Node> parents = new ArrayList<>();
            for (Node node : level.values()) {
                if (node != any && node.expected.contains(policy)) {
                    parents.add(node);
                }
            }
            if (parents.isEmpty() && any != null) {
                parents.add(any);
            }
            if (!parents.isEmpty()) {
                next.put(policy, new Node(policy, Set.of(policy), parents));
            }
        }
        if (anyCounts && policies.contains(Oids.ANY_POLICY)) {
            for (Node node : level.values()) {
                for (String expected : node.expected) {
                    Node there = next.get(expected);
                    if (there == null) {
                        next.put(expected, new Node(expected, Set.of(expected), new ArrayList<>(List.of(node))));
                    } else if (!policies.contains(expected)) {
                        there.parents.add(node);
                    }
                }
            }
        }
        level = next;
    }

    /** Policies that mean others further down (6.1.4 (b) (1)). */
    void map(Map<String, Set<String>> mappings) {
        Node any = level.get(Oids.ANY_POLICY);
        mappings.forEach((from, to) -> {
            Node node = level.get(from);
            if (node != null) {
                node.expected = to;
            } else if (any != null) {
                level.put(from, new Node(from, to, any.parents));
            }
        });
    }

    /** The same where mapping is inhibited: what would be mapped is no longer valid (6.1.4 (b) (2)). */
    void forbidMapping(Set<String> mapped) {
        mapped.forEach(level::remove);
    }

    /** Whether one of these policies, in the words of the verifier, holds along the whole path (6.1.5 (g)). */
    boolean holdsOneOf(Set<String> wanted) {
        if (wanted.contains(Oids.ANY_POLICY) || level.containsKey(Oids.ANY_POLICY)) {
            return !level.isEmpty();
        }
        Deque<Node> open = new ArrayDeque<>(level.values());
        Set<Node> seen = new HashSet<>();
        while (!open.isEmpty()) {
            Node node = open.pop();
            if (!seen.add(node)) {
                continue;
            }
            boolean ofTheVerifier = node.parents.stream().anyMatch(parent -> parent.policy.equals(Oids.ANY_POLICY));
            if (ofTheVerifier && wanted.contains(node.policy)) {
                return true;
            }
            open.addAll(node.parents);
        }
        return false;
    }
}
