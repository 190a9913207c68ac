-- Up Migration

-- When the customer was told that they arrive; null: that was not said.
alter table follow_link add column told_arrives_at timestamptz;
