/**
 * The shapes that travel over /api/v1, by name. Every other file takes its types from here, so that
 * this file alone changes when they come from the generated schema.
 */

export type Role = "owner" | "manager" | "reviewer" | "rater";
export type PersonKind = "person" | "simulated" | "ai_judge";

export interface Session {
  user: { id: number; name: string; kind: PersonKind; staff: boolean } | null;
  projects: { slug: string; name: string; role: Role }[];
}
export interface Credentials {
  username: string;
  password: string;
}

// What a rater sees. Nothing here names a policy, a score or another person's answer.

export interface ComparisonSpec {
  prompt: string;
  k_max: number;
  ties: boolean;
  strength: boolean;
  both_bad: boolean;
  reasons: string[];
  note: boolean;
}
export interface Question {
  id: number;
  kind: "comparison";
  version: number;
  title: string;
  spec: ComparisonSpec;
}
export interface Progress {
  done_today: number;
  done: number;
  available: number;
  daily_target: number | null;
  median_seconds: number | null;
}
export interface Work {
  project: { slug: string; name: string };
  guidelines: string;
  question: Question;
  progress: Progress;
}
export interface Message {
  role: string;
  content: string;
}
export type Strength = 1 | 2 | 3;
export interface Rank {
  response: number;
  rank: number;
}
export interface Answer {
  ranks: Rank[];
  strength: Strength | null;
  unacceptable: number[];
  tags: string[];
  note: string;
}
export type AssignmentState = "leased" | "submitted" | "skipped" | "expired" | "late";
export interface Assignment {
  id: number;
  task: number;
  question: Question;
  prompt: Message[];
  responses: { id: number; text: string }[];
  lease_expires_at: string;
  state: AssignmentState;
  answer: Answer | null;
  revision: number;
}
export interface NextTask {
  assignment: Assignment | null;
  reason: string | null;
}
export interface Submission extends Answer {
  key: string;
  revision: number;
  active_ms: number;
}
export interface Receipt {
  assignment: number;
  revision: number;
  late: boolean;
}
export type SkipReason = "unclear" | "cannot_judge" | "offensive" | "broken" | "other";
export interface HistoryEntry {
  assignment: number;
  task: number;
  prompt_excerpt: string;
  submitted_at: string;
  revision: number;
  late: boolean;
  answer: Answer;
}

// What managers see.

export interface Page<T> {
  results: T[];
  next: string | null;
}
export interface Estimate {
  value: number | null;
  lower: number | null;
  upper: number | null;
  n: number;
  reason: string | null;
}
export interface Project {
  slug: string;
  name: string;
  guidelines: string;
  overlap: number;
  lease_minutes: number;
  edit_hours: number;
  daily_target: number | null;
  evaluation_share: number;
  random_share: number;
  round_size: number;
  question: Question;
  created_at: string;
  demo: boolean;
}
export interface Agreement {
  computed_at: string;
  judgments: number;
  tasks: number;
  tasks_overlapping: number;
  raters: number;
  alpha: Estimate;
  raw: Estimate;
  tie_share: number | null;
  left_share: number | null;
}
export interface Agreements {
  latest: Agreement | null;
  history: Agreement[];
}
export type NeedPage = "training" | "rounds" | "tasks" | "imports" | "people" | "agreement";
export interface Overview {
  counts: {
    prompts: number;
    responses: number;
    tasks: number;
    tasks_open: number;
    tasks_judged: number;
    judgments: number;
    raters: number;
    late: number;
    imports_running: number;
  };
  days: { day: string; judgments: number }[];
  agreement: Agreement | null;
  champion: RewardModel | null;
  last_run: TrainingRun | null;
  last_round: Round | null;
  needs: { text: string; page: NeedPage }[];
}
export type TaskSource = "import" | "round" | "push";
export interface TaskRow {
  id: number;
  k: number;
  prompt_excerpt: string;
  source: TaskSource;
  overlap: number;
  judgments: number;
  live_leases: number;
  entropy: number | null;
  created_at: string;
  reason: string | null;
  recorded: boolean;
}
export interface JudgmentRow {
  id: number;
  rater: string;
  kind: PersonKind;
  ranks: number[];
  strength: Strength | null;
  unacceptable: boolean[];
  tags: string[];
  note: string;
  late: boolean;
  revision: number;
  newest: boolean;
  shown: number[];
  submitted_at: string;
  active_ms: number | null;
}
export interface PairPosterior {
  first: number;
  second: number;
  win: number;
  tie: number;
  lose: number;
}
/** One task in full; here `judgments` are the rows themselves and `recorded` the imported ranking. */
export interface TaskDetail extends Omit<TaskRow, "judgments" | "recorded"> {
  prompt: Message[];
  responses: { id: number; text: string; policy: string | null }[];
  judgments: JudgmentRow[];
  posterior: PairPosterior[] | null;
  recorded: number[] | null;
}
export interface Person {
  id: number;
  name: string;
  kind: PersonKind;
  role: Role;
  judgments: number;
  last_judgment_at: string | null;
  left_share: number | null;
  tie_share: number | null;
  median_seconds: number | null;
}
export interface NewPerson {
  name: string;
  username: string;
  role: Role;
}
export type ImportFormat = "hh" | "preference" | "ranking";
export type WorkState = "queued" | "running" | "done" | "failed" | "cancelled";
export interface Import {
  id: number;
  name: string;
  format: ImportFormat | null;
  state: WorkState;
  bytes_total: number;
  bytes_read: number;
  tasks_added: number;
  tasks_known: number;
  votes_added: number;
  bad_lines: number;
  errors: { line: number; reason: string }[];
  message: string;
  created_at: string;
  finished_at: string | null;
}
export interface Snapshot {
  id: number;
  number: number;
  sha256: string;
  tasks: number;
  judgments: number;
  bytes: number;
  created_at: string;
  by: string | null;
}
export interface ReliabilityBin {
  lower: number;
  upper: number;
  predicted: number;
  observed: number;
  n: number;
}
export interface Evaluation {
  comparisons: number;
  prompts: number;
  skipped_ties: number;
  accuracy: Estimate;
  nll: Estimate;
  ece: number | null;
  floors: { name: "longer wins" | "style only" | "bag of words"; accuracy: Estimate }[];
  learning_curve: { comparisons: number; accuracy: Estimate }[];
  reliability: ReliabilityBin[];
  beats_floors: string;
}
export type Verdict = "promote" | "reject" | "inconclusive";
export interface TrainingRun {
  id: number;
  state: WorkState;
  trigger: "nightly" | "button" | "command";
  stage: string;
  progress: number;
  message: string;
  log: string;
  heartbeat_at: string | null;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
  snapshot: number | null;
  verdict: Verdict | null;
  verdict_sentence: string;
  reward_model: number | null;
  seconds: number | null;
  peak_mb: number | null;
  evaluation: Evaluation | null;
}
export interface RewardModel {
  id: number;
  number: number;
  champion: boolean;
  created_at: string;
  promoted_at: string | null;
  snapshot: { id: number; number: number; sha256: string };
  backbone: string;
  heads: number;
  accuracy: Estimate | null;
  run: number;
}
export interface RoundTask {
  task: number;
  reason: string;
  probability: number;
  mean_first: number | null;
  mean_second: number | null;
  judgments: number;
  prompt_excerpt: string;
}
export interface Round {
  id: number;
  number: number;
  state: "queued" | "running" | "done" | "failed";
  trigger: string;
  size: number;
  random_share: number;
  chosen: number;
  random_chosen: number;
  champion: number | null;
  pool_responses: number;
  pool_prompts: number;
  message: string;
  created_at: string;
  finished_at: string | null;
  answered: number;
  tasks?: RoundTask[];
}
export interface Schedule {
  enabled: boolean;
  hour: number;
  minute: number;
  next_run_at: string | null;
}
export type Scope = "responses:write" | "judge" | "read" | "manage";
export interface Token {
  id: number;
  name: string;
  scopes: Scope[];
  created_at: string;
  expires_at: string;
  last_used_at: string | null;
}
export interface AuditEntry {
  at: string;
  actor: string | null;
  action: string;
  detail: string;
}
