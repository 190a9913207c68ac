-- Up Migration

-- What the ACS itself calls a device, as its bridge has said: Oktopus knows an agent by its endpoint id, which need not be its serial.
alter table device_session add column endpoint text;
