-- Up Migration

-- Hundreds of streets are called Principale: what is typed with a typo is compared with each distinct core once. Kept by triggers, so that
-- whoever loads streets need not know. A core whose last street went away stays; it leads to no street and does no harm.
create table distinct_core (
  core_key text primary key
);
create index distinct_core_trigrams on distinct_core using gin (core_key gin_trgm_ops);

create function keep_distinct_cores() returns trigger language plpgsql as $$
begin
  insert into distinct_core (core_key) select distinct core_key from written on conflict do nothing;
  return null;
end
$$;
create trigger street_inserted after insert on street referencing new table as written
  for each statement execute function keep_distinct_cores();
create trigger street_updated after update on street referencing new table as written
  for each statement execute function keep_distinct_cores();

insert into distinct_core (core_key) select distinct core_key from street;
drop index street_core_trigrams;
