-- Every statement of the emulator: a name, what it is for, the SQL.
-- Parameters are :named. Instants are microseconds; :real is real time.

-- name: clock_start
-- Set the global clock going at real time, unless it is there already.
INSERT INTO clocks (account, shift) VALUES (:account, 0)
ON CONFLICT (account) DO NOTHING;

-- name: clock_of
-- The clock that an account follows: its own, else the global one.
SELECT account, shift, frozen_at FROM clocks WHERE account IN (:account, '')
ORDER BY account DESC LIMIT 1;

-- name: clock_set
-- Give an account, or everyone, a clock.
INSERT INTO clocks (account, shift, frozen_at)
VALUES (:account, :shift, :frozen_at)
ON CONFLICT (account) DO UPDATE
SET shift = excluded.shift, frozen_at = excluded.frozen_at;

-- name: clocks_shift
-- Let every clock go on from elsewhere.
UPDATE clocks SET shift = shift + :shift;

-- name: clock_forget
-- Let an account follow the global clock again.
DELETE FROM clocks WHERE account = :account AND account <> '';

-- name: account_open
-- A new account, its balance yet to be granted.
INSERT INTO accounts
  (id, name, credits, webhook_url, webhook_active, webhook_secret, opening)
VALUES (:id, :name, 0, :url, :active, :secret, :opening);

-- name: account_count
-- How many accounts there are.
SELECT count(*) AS accounts FROM accounts;

-- name: accounts_before
-- The accounts opened last before one; a number is of the order they opened in.
SELECT rowid AS number, id FROM accounts WHERE rowid < :before
ORDER BY rowid DESC LIMIT :most;

-- name: accounts_after
-- The accounts opened first after one.
SELECT rowid AS number, id FROM accounts WHERE rowid > :after
ORDER BY rowid LIMIT :most;

-- name: account_get
-- One account with its key that is good.
SELECT accounts.*, api_keys.api_key FROM accounts
LEFT JOIN api_keys ON api_keys.account = accounts.id AND replaced = 0
WHERE accounts.id = :id;

-- name: account_credits
-- The balance, and what requests in validation have reserved of it.
SELECT credits, reserved FROM accounts WHERE id = :id;

-- name: account_reserve
-- A request in validation reserves credits; below 0: it has ended.
UPDATE accounts SET reserved = reserved + :count WHERE id = :id;

-- name: account_rename
-- Give an account another name.
UPDATE accounts SET name = :name WHERE id = :id;

-- name: account_suspend
-- Suspend an account, or let it go on.
UPDATE accounts SET suspended = :suspended WHERE id = :id;

-- name: account_credit
-- Set the balance.
UPDATE accounts SET credits = :credits WHERE id = :id;

-- name: account_delete
-- Forget an account with its keys, jobs and ledger.
DELETE FROM accounts WHERE id = :id;

-- name: account_webhook
-- Configure where deliveries go.
UPDATE accounts SET webhook_url = :url, webhook_active = :active WHERE id = :id;

-- name: account_secret
-- Replace the webhook secret.
UPDATE accounts SET webhook_secret = :secret WHERE id = :id;

-- name: key_find
-- Whose key this is, and what the checks of a request ask of it.
SELECT api_keys.account, replaced, suspended, shift, frozen_at,
  credits, reserved
FROM api_keys
JOIN accounts ON accounts.id = api_keys.account
JOIN account_clocks ON account_clocks.account = api_keys.account
WHERE api_keys.api_key = :api_key;

-- name: key_issue
-- A new key for an account.
INSERT INTO api_keys (api_key, account) VALUES (:api_key, :account);

-- name: key_replace
-- The keys of an account so far are good no more.
UPDATE api_keys SET replaced = 1 WHERE account = :account;

-- name: ledger_add
-- One change of a balance.
INSERT INTO ledger (account, at, delta, balance, reason, job)
VALUES (:account, :at, :delta, :balance, :reason, :job);

-- name: ledger_before
-- The newest changes of an account's balance before one.
SELECT id, at, delta, balance, reason, job AS unique_processing_id
FROM ledger WHERE account = :account AND id < :before
ORDER BY id DESC LIMIT :most;

-- name: ledger_after
-- The oldest changes of an account's balance after one.
SELECT id, at, delta, balance, reason, job AS unique_processing_id
FROM ledger WHERE account = :account AND id > :after
ORDER BY id LIMIT :most;

-- name: ledger_over
-- The oldest entry to be carried forward: so many are newer.
SELECT id, account FROM ledger INDEXED BY ledger_entries
WHERE reason IN ('set', 'charge') AND id <= (SELECT max(id) FROM ledger) - :keep
ORDER BY id LIMIT 1;

-- name: ledger_carry
-- Let one entry stand for all of its account before it, by their sum.
UPDATE ledger SET delta = balance, reason = 'carried', job = NULL WHERE id = :id;

-- name: ledger_let_go
-- The entries of an account before one that is carried forward.
DELETE FROM ledger WHERE account = :account AND id < :id;

-- name: job_ids_begin
-- The next job gets the id after this one.
INSERT INTO sqlite_sequence (name, seq)
SELECT 'jobs', :id WHERE NOT EXISTS
  (SELECT 1 FROM sqlite_sequence WHERE name = 'jobs');

-- name: job_ids_last
-- The last id that was issued, or skipped.
SELECT seq FROM sqlite_sequence WHERE name = 'jobs';

-- name: job_ids_skip
-- Skip the ids that may have been issued before a crash.
UPDATE sqlite_sequence
SET seq = max(seq, (SELECT value FROM marks WHERE name = 'jobs'))
WHERE name = 'jobs' AND EXISTS (SELECT 1 FROM marks WHERE name = 'jobs');

-- name: job_add
-- A data request that has been accepted.
INSERT INTO jobs
  (account, state, polled, fetch_count, filter, matched, records, created_at,
  clock, due_at)
VALUES (:account, 'submitted', :polled, :fetch_count, :filter, :matched,
  :records, :created_at,
  coalesce((SELECT account FROM clocks WHERE account = :account), ''), :due_at)
RETURNING id;

-- name: jobs_keep_edition
-- The jobs so far mean the records of an edition that is served no more.
UPDATE jobs SET edition = :edition WHERE edition IS NULL;

-- name: job_get
-- One job with the secret and address of its deliveries as they are now.
SELECT jobs.*, webhook_url, webhook_active, webhook_secret FROM jobs
JOIN accounts ON accounts.id = jobs.account WHERE jobs.id = :id;

-- name: jobs_before
-- The newest jobs of everyone, in a state, before one; NULL stands for any state.
SELECT id FROM jobs WHERE (:state IS NULL OR state = :state) AND id < :before
ORDER BY id DESC LIMIT :most;

-- name: jobs_after
-- The oldest jobs of everyone, in a state, after one; NULL stands for any state.
SELECT id FROM jobs WHERE (:state IS NULL OR state = :state) AND id > :after
ORDER BY id LIMIT :most;

-- name: jobs_of_before
-- The newest jobs of an account, in a state, before one; NULL stands for any state.
SELECT id FROM jobs
WHERE account = :account AND (:state IS NULL OR state = :state) AND id < :before
ORDER BY id DESC LIMIT :most;

-- name: jobs_of_after
-- The oldest jobs of an account, in a state, after one; NULL stands for any state.
SELECT id FROM jobs
WHERE account = :account AND (:state IS NULL OR state = :state) AND id > :after
ORDER BY id LIMIT :most;

-- name: jobs_fallen_due
-- Jobs that have fallen due and that nobody has looked at yet, the account's
-- webhook with them; of each clock the earliest first.
SELECT jobs.id, jobs.account, state, webhook_url, webhook_active
FROM clocks CROSS JOIN jobs JOIN accounts ON accounts.id = jobs.account
WHERE jobs.clock = clocks.account AND claimed = 0 AND waits_for IS NULL
  AND due_at <= coalesce(frozen_at, :real + shift)
ORDER BY clocks.account, due_at, jobs.id LIMIT :most;

-- name: jobs_next_due
-- How long until the next job falls due, of those whose clock is going.
SELECT min(
  (SELECT min(due_at) FROM jobs
   WHERE clock = clocks.account AND claimed = 0 AND waits_for IS NULL
     AND due_at > clocks.shift + :real) - shift) - :real AS wait
FROM clocks WHERE frozen_at IS NULL;

-- name: job_wait
-- A job that has fallen due waits: for a lane, or for its webhook.
UPDATE jobs SET waits_for = :waits_for WHERE id = :id;

-- name: jobs_look_again
-- The webhook of an account has changed: look at what is due there again.
UPDATE jobs SET waits_for = NULL
WHERE account = :account AND waits_for IN ('attempt', 'webhook');

-- name: jobs_look_again_at_all
-- Who knew what waits has ended: look at all of it again.
UPDATE jobs SET waits_for = NULL WHERE waits_for IS NOT NULL;

-- name: job_claim
-- Take the job of an account that has waited longest for a lane.
UPDATE jobs SET claimed = 1, waits_for = NULL,
  state = CASE state WHEN 'submitted' THEN 'validating' ELSE state END
WHERE id = (SELECT id FROM jobs WHERE account = :account
  AND waits_for = :waits_for ORDER BY due_at, id LIMIT 1)
RETURNING id;

-- name: job_release
-- Give a claimed job back as it was.
UPDATE jobs SET claimed = 0 WHERE id = :id;

-- name: job_give_back
-- Make a claimed job due again, its work to be done anew.
UPDATE jobs SET claimed = 0, due_at = :due_at,
  state = CASE state WHEN 'validating' THEN 'submitted' ELSE state END
WHERE id = :id AND claimed = 1;

-- name: job_settle
-- Validation has ended: what is delivered or polled for, what it cost.
UPDATE jobs SET state = iif(polled, 'ready', 'delivering'), records = :records,
  valid = :valid, charged = :valid, due_at = iif(polled, NULL, :now), claimed = 0,
  ended = iif(polled,
    (SELECT coalesce(max(ended), 0) + 1 FROM jobs WHERE ended IS NOT NULL), NULL)
WHERE id = :id AND state = 'validating';

-- name: job_step
-- An attempt has ended: where the delivery stands and when it goes on.
UPDATE jobs SET state = :state, due_at = :due_at, retries = :retries,
  "trigger" = 'retry', claimed = 0,
  ended = iif(:due_at IS NULL,
    (SELECT coalesce(max(ended), 0) + 1 FROM jobs WHERE ended IS NOT NULL), NULL)
WHERE id = :id;

-- name: jobs_let_go
-- Let jobs go after whose end so many others have ended.
DELETE FROM jobs
WHERE ended <= (SELECT max(ended) FROM jobs WHERE ended IS NOT NULL) - :keep;

-- name: jobs_gone
-- How many have been let go.
INSERT INTO facts (name, value) VALUES ('jobs_gone', :count)
ON CONFLICT (name) DO UPDATE SET value = value + excluded.value;

-- name: job_redeliver
-- One more attempt now, in place of a scheduled one.
UPDATE jobs SET due_at = :now, "trigger" = 'redelivery', ended = NULL
WHERE id = :id;

-- name: job_postpone
-- A fault postpones the next attempt.
UPDATE jobs SET due_at = :due_at, fault = :fault, reordered = :reordered,
  claimed = 0
WHERE id = :id;

-- name: job_postponed_begins
-- The attempt that was postponed begins.
UPDATE jobs SET fault = NULL, reordered = 0 WHERE id = :id;

-- name: jobs_reordered
-- Jobs of an account that wait for an attempt of another, and how many they had.
SELECT id, (SELECT count(*) FROM attempts WHERE job = jobs.id) AS attempts
FROM jobs WHERE account = :account AND reordered = 1 AND id <> :job;

-- name: job_overtaken
-- An attempt that began while this job waited has ended: it is due.
UPDATE jobs SET due_at = :now, reordered = 0
WHERE id = :id AND reordered = 1 AND claimed = 0
  AND :attempts = (SELECT count(*) FROM attempts WHERE job = jobs.id);

-- name: jobs_switch_clock
-- An account changes clocks: what it waits for stays as far away.
UPDATE jobs SET due_at = due_at + :shift,
  clock = coalesce((SELECT account FROM clocks WHERE account = :account), '')
WHERE account = :account;

-- name: jobs_check_clocks
-- See that every job names the clock that its account follows.
UPDATE jobs SET clock = coalesce(
  (SELECT account FROM clocks WHERE account = jobs.account), '')
WHERE clock <> coalesce(
  (SELECT account FROM clocks WHERE account = jobs.account), '');

-- name: jobs_check_reserved
-- See that every account has reserved what its requests in validation ask for.
UPDATE accounts SET reserved = (SELECT coalesce(sum(fetch_count), 0) FROM jobs
  WHERE account = accounts.id AND state IN ('submitted', 'validating'));

-- name: attempts_shift
-- The same for what the last attempts of its jobs say of the next.
UPDATE attempts SET next_due_at = next_due_at + :shift
WHERE job IN (SELECT id FROM jobs WHERE account = :account AND due_at IS NOT NULL)
  AND number = (SELECT max(number) FROM attempts AS last WHERE last.job = attempts.job);

-- name: jobs_recover_attempts
-- Attempts that were cut off will be made again, of an account or all.
UPDATE jobs SET "trigger" = 'recovery'
WHERE claimed = 1 AND (:account IS NULL OR account = :account)
  AND id IN (SELECT job FROM attempts WHERE finished = 0);

-- name: jobs_recover
-- What was cut off is due again, of an account or all.
UPDATE jobs SET claimed = 0,
  state = CASE state WHEN 'validating' THEN 'submitted' ELSE state END
WHERE claimed = 1 AND (:account IS NULL OR account = :account);

-- name: attempts_interrupt
-- Mark the attempts that were cut off, of an account or all.
UPDATE attempts SET finished = 1, error = 'interrupted'
WHERE finished = 0
  AND (:account IS NULL OR job IN (SELECT id FROM jobs WHERE account = :account));

-- name: attempt_start
-- An attempt that is about to be made.
INSERT INTO attempts (job, number, "trigger", started_at, url, fault)
SELECT :job, coalesce(max(number), 0) + 1, :trigger, :started_at, :url, :fault
FROM attempts WHERE job = :job
RETURNING number;

-- name: attempts_fail
-- An attempt that came to grief on our side.
UPDATE attempts SET finished = 1, error = 'failed', next_due_at = :next_due_at
WHERE job = :job AND finished = 0;

-- name: attempt_finish
-- What became of it.
UPDATE attempts SET finished = 1, duration_ms = :duration_ms, status = :status,
  error = :error, response_body = :response_body, next_due_at = :next_due_at,
  written = iif(:response_body = '', NULL, length(CAST(:response_body AS BLOB))
    + (SELECT coalesce(max(written), 0) FROM attempts WHERE written IS NOT NULL))
WHERE job = :job AND number = :number;

-- name: bodies_let_go
-- Let bodies go after which so many bytes of others were written.
UPDATE attempts SET response_body = NULL, written = NULL
WHERE written <=
  (SELECT max(written) FROM attempts WHERE written IS NOT NULL) - :most;

-- name: attempts_of
-- The attempts of a job, oldest first.
SELECT number, "trigger", started_at, finished, duration_ms, url, status,
  error, response_body, next_due_at, fault
FROM attempts WHERE job = :job ORDER BY number;

-- name: attempt_get
-- One attempt, without what may be large.
SELECT number, "trigger", started_at, duration_ms, url, status, error,
  next_due_at, fault
FROM attempts WHERE job = :job AND number = :number;

-- name: attempts_judged
-- Attempts that a receiver did not acknowledge or was slow to, of everyone; not
-- those that the emulator or a fault has broken.
SELECT job, url, status, error, coalesce(duration_ms, 0) AS duration_ms
FROM attempts
WHERE finished = 1 AND attempts.fault IS NULL
  AND coalesce(error, '') NOT IN ('interrupted', 'failed', 'fault')
  AND (error IS NOT NULL OR duration_ms > :slow_ms)
ORDER BY job, number;

-- name: attempts_judged_of
-- The same of one account.
SELECT job, url, status, error, coalesce(duration_ms, 0) AS duration_ms
FROM jobs JOIN attempts ON attempts.job = jobs.id
WHERE account = :account
  AND finished = 1 AND attempts.fault IS NULL
  AND coalesce(error, '') NOT IN ('interrupted', 'failed', 'fault')
  AND (error IS NOT NULL OR duration_ms > :slow_ms)
ORDER BY job, number;

-- name: attempts_finished
-- How many attempts of a job have ended, and how many were made.
SELECT count(*) AS made, coalesce(sum(finished), 0) AS finished
FROM attempts WHERE job = :job;

-- name: delivery_add
-- What an inbox received.
INSERT INTO deliveries (inbox, at, headers, body, is_json, size)
VALUES (:inbox, :at, :headers, :body, :is_json, :size);

-- name: delivery_get
-- One delivery.
SELECT id, at, headers, body, is_json FROM deliveries WHERE id = :id;

-- name: deliveries_before
-- The newest deliveries of an inbox before one.
SELECT id FROM deliveries WHERE inbox = :inbox AND id < :before
ORDER BY id DESC LIMIT :most;

-- name: deliveries_after
-- The oldest deliveries of an inbox after one.
SELECT id FROM deliveries WHERE inbox = :inbox AND id > :after
ORDER BY id LIMIT :most;

-- name: deliveries_size
-- What all inboxes hold together: how many, and bytes; told by an index alone.
SELECT count(*) AS deliveries, coalesce(sum(size), 0) AS bytes
FROM deliveries INDEXED BY deliveries_sizes;

-- name: delivery_evict
-- Let the oldest delivery go.
DELETE FROM deliveries WHERE id = (SELECT min(id) FROM deliveries)
RETURNING size;

-- name: deliveries_clear
-- Empty an inbox.
DELETE FROM deliveries WHERE inbox = :inbox;

-- name: script_add
-- One scripted answer of an inbox.
INSERT INTO scripts (inbox, step) VALUES (:inbox, :step);

-- name: scripts_count
-- How many scripted answers all inboxes have.
SELECT count(*) AS steps FROM scripts;

-- name: script_of
-- The scripted answers of an inbox that are still to come.
SELECT step FROM scripts WHERE inbox = :inbox ORDER BY id;

-- name: script_next
-- Take the next scripted answer of an inbox.
DELETE FROM scripts
WHERE id = (SELECT min(id) FROM scripts WHERE inbox = :inbox)
RETURNING step;

-- name: script_clear
-- Forget the scripted answers of an inbox.
DELETE FROM scripts WHERE inbox = :inbox;

-- name: faults_all
-- Every fault rule, oldest first.
SELECT * FROM faults ORDER BY id;

-- name: fault_add
-- A new rule.
INSERT INTO faults (phase, operation, account, kind, status, seconds, times,
  probability, seed)
VALUES (:phase, :operation, :account, :kind, :status, :seconds, :times,
  :probability, :seed)
RETURNING id;

-- name: fault_match
-- An event that a rule matches, unless it has triggered as often as it may.
UPDATE faults SET met = met + 1
WHERE id = :id AND (times IS NULL OR struck < times)
RETURNING met;

-- name: fault_trigger
-- A rule has been triggered.
UPDATE faults SET struck = struck + 1 WHERE id = :id;

-- name: fault_remove
-- Remove a rule.
DELETE FROM faults WHERE id = :id;

-- name: faults_clear
-- Remove the rules for an account, or all.
DELETE FROM faults WHERE :account IS NULL OR account = :account;

-- name: fact_get
-- One fact.
SELECT value FROM facts WHERE name = :name;

-- name: fact_set
-- Set a fact.
INSERT INTO facts (name, value) VALUES (:name, :value)
ON CONFLICT (name) DO UPDATE SET value = excluded.value;

-- name: mark_get
-- How far something has been used.
SELECT value FROM marks WHERE name = :name;

-- name: mark_set
-- Say how far something may be used.
INSERT INTO marks (name, value) VALUES (:name, :value)
ON CONFLICT (name) DO UPDATE SET value = excluded.value;

-- name: fact_touch
-- Write something that changes nothing, to see that it can be written.
UPDATE facts SET value = value WHERE name = 'dataset';
