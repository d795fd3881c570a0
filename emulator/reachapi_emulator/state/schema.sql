-- Everything the emulator remembers. Instants and durations named *_at and
-- shift are integer microseconds: instants since the epoch on the clock that
-- the row follows. Booleans are 0 and 1.

-- One row a clock. The account '' is the global clock; an account without a
-- row of its own follows it. While frozen_at is NULL the clock reads
-- real time + shift.
CREATE TABLE clocks (
  account   TEXT PRIMARY KEY,
  shift     INTEGER NOT NULL,
  frozen_at INTEGER
) WITHOUT ROWID;

-- webhook_url is NULL while none is configured, and inbox:NAME for a built-in
-- inbox, whose address is known only once the server listens.
-- opening is what a reset brings back, as JSON. reserved is the sum of what its
-- requests in validation have asked for.
CREATE TABLE accounts (
  id             TEXT PRIMARY KEY,
  name           TEXT NOT NULL,
  credits        INTEGER NOT NULL CHECK (credits >= 0),
  reserved       INTEGER NOT NULL DEFAULT 0,
  suspended      INTEGER NOT NULL DEFAULT 0,
  webhook_url    TEXT,
  webhook_active INTEGER NOT NULL,
  webhook_secret TEXT,
  opening        TEXT NOT NULL
);

-- Every key ever issued.
CREATE TABLE api_keys (
  api_key  TEXT PRIMARY KEY,
  account  TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  replaced INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX api_keys_of_account ON api_keys (account, replaced);

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
CREATE INDEX ledger_entries ON ledger (id) WHERE reason IN ('set', 'charge');
CREATE UNIQUE INDEX charged_once ON ledger (job) WHERE job IS NOT NULL;

-- records are the record numbers to validate, then those to deliver, as a
-- serialised roaring bitmap. A row is due at due_at, on the clock of the account
-- named in clock ('': the global one), unless it is claimed. One that is due and
-- cannot begin says what it waits_for: a lane for its 'validation' or 'attempt', or
-- an active 'webhook'; so who looks for what falls due does not meet it again.
-- A polled one is not delivered: once validated, nothing of it is due.
-- "trigger" says why the next attempt is made; retries counts those scheduled.
-- edition is that of the bundled data set whose records they are; NULL: of the one
-- that is served.
-- fault is the rule that has postponed the next attempt; reordered ones wait for
-- an attempt of another job of their account.
-- ended counts the jobs up in the order of their ends, so that the oldest can be
-- let go; it is NULL while there is something to do.
CREATE TABLE jobs (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  account     TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  state       TEXT NOT NULL,
  polled      INTEGER NOT NULL DEFAULT 0,
  fetch_count INTEGER NOT NULL,
  filter      TEXT NOT NULL,
  matched     INTEGER NOT NULL,
  records     BLOB NOT NULL,
  edition     INTEGER,
  valid       INTEGER,
  charged     INTEGER,
  retries     INTEGER NOT NULL DEFAULT 0,
  "trigger"   TEXT NOT NULL DEFAULT 'first',
  created_at  INTEGER NOT NULL,
  clock       TEXT NOT NULL DEFAULT '',
  due_at      INTEGER,
  waits_for   TEXT,
  claimed     INTEGER NOT NULL DEFAULT 0,
  fault       INTEGER,
  reordered   INTEGER NOT NULL DEFAULT 0,
  ended       INTEGER
);
CREATE INDEX jobs_of_account ON jobs (account);
CREATE INDEX jobs_due ON jobs (clock, due_at)
  WHERE due_at IS NOT NULL AND claimed = 0 AND waits_for IS NULL;
CREATE INDEX jobs_waiting ON jobs (account, waits_for, due_at)
  WHERE waits_for IS NOT NULL;
CREATE INDEX jobs_ended ON jobs (ended) WHERE ended IS NOT NULL;
CREATE INDEX jobs_reordered ON jobs (account) WHERE reordered = 1;

-- An attempt is recorded before it is made: finished is 0 until it has ended.
-- fault is the rule that it triggered. written counts the bytes of all bodies up
-- to this one, so that the oldest can be let go.
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
  written       INTEGER,
  PRIMARY KEY (job, number)
) WITHOUT ROWID;
CREATE INDEX attempts_written ON attempts (written) WHERE written IS NOT NULL;

-- No id is used again: who knows one asks for what came after it. is_json says
-- that the body is JSON as it stands, size counts the bytes of headers and body.
CREATE TABLE deliveries (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  inbox   TEXT NOT NULL,
  at      INTEGER NOT NULL,
  headers TEXT NOT NULL,
  body    BLOB NOT NULL,
  is_json INTEGER NOT NULL,
  size    INTEGER NOT NULL
);
CREATE INDEX deliveries_of_inbox ON deliveries (inbox);
CREATE INDEX deliveries_sizes ON deliveries (size);

CREATE TABLE scripts (
  id    INTEGER PRIMARY KEY,
  inbox TEXT NOT NULL,
  step  TEXT NOT NULL
);
CREATE INDEX scripts_of_inbox ON scripts (inbox);

-- What goes wrong on purpose: rules in the order of their ids. An account need
-- not exist yet, if its key will open it. met counts the events that a rule
-- was asked about, struck those that triggered it.
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

-- Facts with one value each: the data set's fingerprint.
CREATE TABLE facts (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;

-- How far real time and the ids of jobs have been used, or may have been before a
-- crash: time never goes back, and no id is issued twice. It belongs to the file
-- and not to the state: no wipe and no snapshot touches it.
CREATE TABLE marks (
  name  TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) WITHOUT ROWID;

-- When each account's clock stands, without the real time that only the
-- caller knows: now = coalesce(frozen_at, real time + shift).
CREATE VIEW account_clocks AS
  SELECT accounts.id AS account, clocks.shift, clocks.frozen_at
  FROM accounts
  LEFT JOIN clocks AS own ON own.account = accounts.id
  JOIN clocks ON clocks.account = coalesce(own.account, '');
