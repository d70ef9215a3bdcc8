package dev.onboard.dtls.internal;

import org.eclipse.californium.scandium.DTLSConnector;
import org.eclipse.californium.scandium.config.DtlsConnectorConfig;
import org.eclipse.californium.scandium.dtls.Connection;
import org.eclipse.californium.scandium.dtls.Record;

/** A DTLS connector whose Certificate messages pass a {@link CertificateGate} before Scandium reads them. */
class GatedConnector extends DTLSConnector {
    private final CertificateGate gate;

    GatedConnector(DtlsConnectorConfig configuration, CertificateGate gate) {
        super(configuration);
        this.gate = gate;
    }

    @Override
    public void processRecord(Record record, Connection connection) {
        if (!gate.refuses(record, connection, this)) {
            super.processRecord(record, connection);
        }
    }
}
