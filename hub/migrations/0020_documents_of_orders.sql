-- Up Migration

-- Whose document this was, when one is renamed or deleted in ERPNext.
create index order_intake_documents on order_intake using gin (documents);
