"""Reports of use by machines: CloudEvents and OpenTelemetry logs, read into the windows of grants.rules.usage."""
