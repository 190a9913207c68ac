-- Up Migration

-- A plain hash of what was asked would let a weak WiFi password be guessed from a copy of this database; what was asked is there, sealed.
alter table asked_call drop column body_hash;
