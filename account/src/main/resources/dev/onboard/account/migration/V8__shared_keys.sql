-- Which devices came with one key: asked at each first admission.
CREATE INDEX device_bound_key ON device (bound_key);
