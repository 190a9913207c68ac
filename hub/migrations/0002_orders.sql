-- Up Migration

-- An order as it was received. It is the truth until ERPNext holds the documents, and the link between the two afterwards.
create table order_intake (
  id text primary key,
  -- The checkout's Idempotency-Key: one order for one key, whatever is pressed or retried.
  idempotency_key text not null unique,
  -- SHA-256 of the request in canonical form, so that a repeat is told from another order.
  body_hash text not null,
  state text not null default 'received' check (
    state in ('received', 'created', 'needs_attention', 'scheduled', 'en_route', 'in_progress', 'awaiting_proof', 'live', 'cancelled')
  ),
  -- The n of the unit of work's key, order:{id}#n. Rises only after ERPNext has said that the one before never landed.
  attempt integer not null default 1 check (attempt >= 1),
  -- The steps of the unit of work, built once. Encrypted (context order:{id}), for they hold names and device passwords.
  steps text not null,
  -- What the status page and the messages tell. Encrypted (context order:{id}).
  summary text not null,
  language text not null check (language in ('fr', 'en')),
  address_uuid uuid not null,
  fibre_id text not null,
  on_request boolean not null,
  -- A JSON array of ISO dates, or "contact_me".
  preferred_dates jsonb not null,
  -- The first of them; the day's room is counted on it until the visit is scheduled.
  first_date date,
  scheduled_date date,
  -- A card's confirmation serves one order.
  stripe_setup_intent text unique,
  stripe_customer text,
  -- The agent who took the order, by their ERPNext user.
  by_agent text,
  -- Names of the documents in ERPNext: { "customer": …, "dispatch_job": …, "subscriptions": […] }.
  documents jsonb not null default '{}',
  -- Why a person has to look at it, in ERPNext's words.
  attention_reason text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index order_intake_unfinished on order_intake (created_at) where state = 'received';
create index order_intake_unscheduled on order_intake (first_date) where scheduled_date is null and first_date is not null;
create index order_intake_fibre on order_intake (fibre_id);

-- Who holds a drop. A row ends by activation or cancellation, never by time.
create table port_reservation (
  fibre_id text primary key references fibre (id),
  order_id text not null unique references order_intake (id) deferrable initially deferred,
  kind text not null check (kind in ('installation', 'construction')),
  reserved_at timestamptz not null default now()
);

-- Which SetupIntent the hub made for which checkout. Kept here, for Stripe may forget an idempotency key after a day.
create table checkout_setup_intent (
  idempotency_key text primary key,
  stripe_customer text not null,
  setup_intent text not null unique,
  created_at timestamptz not null default now()
);

-- What must be told to the outside, once, after something was committed.
create table outbox (
  key text primary key,
  kind text not null check (kind in ('sms', 'email', 'chat', 'webhook')),
  -- What it is about, an order's id.
  subject text not null,
  -- The message, encrypted (context outbox:{key}).
  payload text not null,
  -- Past this it is not worth telling any more.
  not_after timestamptz not null,
  state text not null default 'waiting' check (state in ('waiting', 'sending', 'done', 'dead', 'expired', 'skipped')),
  attempts integer not null default 0,
  last_error text,
  -- The provider's own id of what was sent.
  provider_ref text,
  created_at timestamptz not null default now(),
  -- When the present attempt began: what was sent before a crash is looked for from here on.
  sending_since timestamptz,
  settled_at timestamptz
);
create index outbox_unsettled on outbox (created_at) where state in ('waiting', 'sending');
create index outbox_dead on outbox (settled_at) where state = 'dead';
create index outbox_subject on outbox (subject);

-- A link that pays what an order still owes. Only the token's SHA-256 is kept.
create table payment_link (
  token_hash text primary key,
  order_id text not null unique references order_intake (id),
  -- The Checkout Session that was opened last, reused while it is open for the same amount.
  session text,
  session_cents integer,
  created_at timestamptz not null default now()
);
