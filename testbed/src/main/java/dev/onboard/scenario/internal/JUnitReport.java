package dev.onboard.scenario.internal;

import dev.onboard.journal.Event;
import dev.onboard.scenario.Report;
import dev.onboard.scenario.Result;
import java.io.StringWriter;
import java.util.Locale;
import java.util.stream.Collectors;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/** A run in the XML that Surefire writes and continuous integration servers read. */
public record JUnitReport(Report report) {
    /** The document. */
    public String xml() {
        StringWriter text = new StringWriter();
        try {
            XMLStreamWriter xml = XMLOutputFactory.newInstance().createXMLStreamWriter(text);
            xml.writeStartDocument("UTF-8", "1.0");
            xml.writeCharacters("\n");
            xml.writeStartElement("testsuite");
            xml.writeAttribute("name", "onboard scenarios");
            xml.writeAttribute("time", seconds(report.took().toMillis()));
            xml.writeAttribute("timestamp", report.startedAt().toString());
            xml.writeAttribute("tests", Integer.toString(report.results().size()));
            xml.writeAttribute("errors", "0");
            xml.writeAttribute("failures", Long.toString(report.count(Result.Status.DIFFERENT)));
            xml.writeAttribute(
                    "skipped",
                    Long.toString(report.count(Result.Status.PENDING) + report.count(Result.Status.NOT_OBSERVED)));
            for (Result result : report.results()) {
                write(xml, result);
            }
            xml.writeCharacters("\n");
            xml.writeEndElement();
            xml.writeCharacters("\n");
            xml.writeEndDocument();
            return text.toString();
        } catch (XMLStreamException e) {
            throw new IllegalStateException("XML is written into memory", e);
        }
    }

    private static void write(XMLStreamWriter xml, Result result) throws XMLStreamException {
        xml.writeCharacters("\n  ");
        xml.writeStartElement("testcase");
        xml.writeAttribute("classname", "scenarios." + result.scenario().family());
        xml.writeAttribute(
                "name", result.scenario().id() + " " + clean(result.scenario().title()));
        xml.writeAttribute("time", seconds(result.took().toMillis()));
        switch (result.status()) {
            case DIFFERENT -> {
                String first = result.checks().stream()
                        .filter(check -> !check.met())
                        .findFirst()
                        .map(check -> "expected: " + check.expected() + "; came: " + check.actual())
                        .orElse(result.note());
                xml.writeStartElement("failure");
                xml.writeAttribute("message", clean(first));
                xml.writeAttribute("type", "different");
                xml.writeCharacters(clean(
                        result.timeline().stream().map(Event::toString).collect(Collectors.joining("\n", "\n", "\n"))));
                xml.writeEndElement();
            }
            case PENDING, NOT_OBSERVED -> {
                xml.writeEmptyElement("skipped");
                xml.writeAttribute("message", clean(result.note()));
            }
            case AS_EXPECTED -> {
                // nothing more is said of it
            }
        }
        xml.writeEndElement();
    }

    private static String seconds(long millis) {
        return String.format(Locale.ROOT, "%.3f", millis / 1000.0);
    }

    /** Without what XML 1.0 has no characters for. */
    private static String clean(String text) {
        return text.codePoints()
                .map(c ->
                        c == '\n' || c == '\t' || c >= 0x20 && c != 0xFFFE && c != 0xFFFF && (c < 0xD800 || c > 0xDFFF)
                                ? c
                                : 0xFFFD)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}
