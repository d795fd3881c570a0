CREATE TABLE clocks (
  account   TEXT PRIMARY KEY,
  shift     INTEGER NOT NULL,
  frozen_at INTEGER
) WITHOUT ROWID;

CREATE TABLE accounts (
  id             TEXT PRIMARY KEY,
  name           TEXT NOT NULL,
  credits        INTEGER NOT NULL CHECK (credits >= 0),
  suspended      INTEGER NOT NULL DEFAULT 0,
  webhook_url    TEXT,
  webhook_active INTEGER NOT NULL,
  webhook_secret TEXT,
  opening        TEXT NOT NULL
);

CREATE TABLE api_keys (
  api_key  TEXT PRIMARY KEY,
  account  TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  replaced INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX api_keys_of_account ON api_keys (account) WHERE replaced = 0;

CREATE TABLE ledger (
  id      INTEGER PRIMARY KEY,
  account TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  at      INTEGER NOT NULL,
  delta   INTEGER NOT NULL,
  balance INTEGER NOT NULL,
  reason  TEXT NOT NULL,
  job     INTEGER
);
CREATE INDEX ledger_of_account ON ledger (account);
CREATE UNIQUE INDEX charged_once ON ledger (job) WHERE job IS NOT NULL;

CREATE TABLE jobs (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  account     TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  state       TEXT NOT NULL,
  polled      INTEGER NOT NULL DEFAULT 0,
  fetch_count INTEGER NOT NULL,
  filter      TEXT NOT NULL,
  matched     INTEGER NOT NULL,
  records     BLOB NOT NULL,
  valid       INTEGER,
  charged     INTEGER,
  retries     INTEGER NOT NULL DEFAULT 0,
  "trigger"   TEXT NOT NULL DEFAULT 'first',
  created_at  INTEGER NOT NULL,
  due_at      INTEGER,
  claimed     INTEGER NOT NULL DEFAULT 0,
  fault       INTEGER,
  reordered   INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX jobs_of_account ON jobs (account);
CREATE INDEX jobs_in_validation ON jobs (account, fetch_count)
  WHERE state IN ('submitted', 'validating');
CREATE INDEX jobs_due ON jobs (account, due_at)
  WHERE due_at IS NOT NULL AND claimed = 0;
CREATE INDEX jobs_reordered ON jobs (account) WHERE reordered = 1;

CREATE TABLE attempts (
  job           INTEGER NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  number        INTEGER NOT NULL,
  "trigger"     TEXT NOT NULL,
  started_at    INTEGER NOT NULL,
  finished      INTEGER NOT NULL DEFAULT 0,
  duration_ms   INTEGER,
  url           TEXT NOT NULL,
  status        INTEGER,
  error         TEXT,
  response_body TEXT,
  next_due_at   INTEGER,
  fault         INTEGER,
  PRIMARY KEY (job, number)
) WITHOUT ROWID;

CREATE TABLE deliveries (
  id      INTEGER PRIMARY KEY,
  inbox   TEXT NOT NULL,
  at      INTEGER NOT NULL,
  headers TEXT NOT NULL,
  body    BLOB NOT NULL
);
CREATE INDEX deliveries_of_inbox ON deliveries (inbox);

CREATE TABLE scripts (
  id    INTEGER PRIMARY KEY,
  inbox TEXT NOT NULL,
  step  TEXT NOT NULL
);
CREATE INDEX scripts_of_inbox ON scripts (inbox);

CREATE TABLE faults (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  phase       TEXT NOT NULL,
  operation   TEXT,
  account     TEXT,
  kind        TEXT NOT NULL,
  status      INTEGER,
  seconds     REAL,
  times       INTEGER,
  probability REAL,
  seed        INTEGER,
  met         INTEGER NOT NULL DEFAULT 0,
  struck      INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE facts (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;

CREATE VIEW account_clocks AS
  SELECT accounts.id AS account, clocks.shift, clocks.frozen_at
  FROM accounts
  LEFT JOIN clocks AS own ON own.account = accounts.id
  JOIN clocks ON clocks.account = coalesce(own.account, '');

CREATE VIEW account_credits AS
  SELECT id AS account, credits,
    (SELECT coalesce(sum(fetch_count), 0) FROM jobs
     WHERE account = accounts.id AND state IN ('submitted', 'validating'))
    AS reserved
  FROM accounts;
