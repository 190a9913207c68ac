-- Up Migration

alter table document_seen
  -- False: the first search ever took it for known. A hint of it is news all the same, for a site tells of what changes only.
  add column told boolean not null default true;
