/** What the control API tells, as docs/control-api.md has it; for the type checker alone. */

export interface Webhook {
  url: string | null;
  secret: string | null;
  active: boolean;
}

export interface Account {
  id: string;
  name: string;
  api_key: string;
  credits: number;
  reserved: number;
  suspended: boolean;
  webhook: Webhook;
}

/** One change of a balance. */
export interface LedgerEntry {
  id: number;
  at: number;
  delta: number;
  balance: number;
  reason: string;
  unique_processing_id: number | null;
}

export interface Clock {
  now: number;
  frozen: boolean;
}

/** A clock and when it was read, by `performance.now()`. */
export interface ReadClock extends Clock {
  read: number;
}

export interface Attempt {
  number: number;
  trigger: string;
  started_at: number;
  duration_ms: number | null;
  url: string;
  status: number | null;
  error: string | null;
  response_body: string | null;
}

export interface JobRecord {
  unique_processing_id: number;
  account: string;
  state: string;
  polled: boolean;
  fetch_count: number;
  matched: number | null;
  valid: number | null;
  charged: number | null;
  created_at: number;
  due_at: number | null;
  filter: object;
  attempts: Attempt[];
}

/** An entry of the journal. */
export interface JournalEntry {
  id: number;
  at: number;
  account: string | null;
  operation: string | null;
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string | null;
  cut: boolean;
  status: number | null;
  message: string;
  duration_ms: number;
  fault: number | null;
}

/** What an inbox received: the body parsed, or the start of it as text. */
export interface Delivery {
  id: number;
  received_at: number;
  headers: Record<string, string>;
  body: any;
  cut: boolean;
}

export interface FaultRule {
  id: number;
  phase: string;
  operation: string | null;
  account: string | null;
  kind: string;
  status: number | null;
  seconds: number | null;
  times: number | null;
  probability: number | null;
  seed: number | null;
  struck: number;
}

/** What an inbox is to answer. */
export interface Step {
  status?: number;
  delay_s?: number;
  drop?: boolean;
}

/** A filter in the vendor's shape: values of a field by "0", "1" and so on. */
export type FilterForm = Record<string, Record<string, string>>;

/** What is shared by all views. */
export interface State {
  accounts: Account[];
  account: Account | null;
  clock: ReadClock | null;
}

export interface View {
  title: string;
  about: string;
  needsAccount?: boolean;
  mount(root: Element, signal: AbortSignal): void;
}

export type Child = Node | string | number | null | undefined | false;

/** The element that a tag with classes makes: "p.quiet". */
export type Made<Tag extends string> = Tag extends `${infer Name}.${string}`
  ? Named<Name>
  : Named<Tag>;

type Named<Name extends string> = Name extends keyof HTMLElementTagNameMap
  ? HTMLElementTagNameMap[Name]
  : HTMLElement;
