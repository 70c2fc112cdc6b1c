/**
 * The shapes that travel over /api/v1, by the names that the pages use. All come from the generated
 * `schema.d.ts`, so a difference between the two halves is a compile error.
 */
import type { components } from "./schema";

type Schema = components["schemas"];

export type Role = Schema["Role"];
export type PersonKind = Schema["UserKind"];
export type Session = Schema["Session"];
export type Credentials = Schema["CredentialsRequest"];

// What a rater sees. Nothing here names a policy, a score or another person's answer.

export type ComparisonSpec = Schema["ComparisonSpec"];
export type Question = Schema["RaterQuestion"];
export type Progress = Schema["Progress"];
export type Work = Schema["Work"];
export type Message = Schema["Message"];
export type Answer = Schema["Answer"];
export type Strength = NonNullable<Answer["strength"]>;
export type Rank = Schema["Rank"];
export type AssignmentState = Schema["AssignmentState"];
export type Assignment = Schema["RaterAssignment"];
export type NextTask = Schema["Next"];
/** What a browser sends: the optional parts are always there. */
export type Submission = Required<Schema["SubmissionRequest"]> & Answer;
export type Receipt = Schema["Receipt"];
export type SkipReason = Schema["SkipRequest"]["reason"];
export type HistoryEntry = Schema["HistoryItem"];

// What managers see.

export type Estimate = Schema["Estimate"];
export type Project = Schema["ProjectOut"];
export type Agreement = Schema["Agreement"];
export type Agreements = Schema["AgreementHistory"];
export type Overview = Schema["OverviewOut"];
export type NeedPage = Overview["needs"][number]["page"];
export type TaskSource = Schema["TaskSource"];
export type TaskRow = Schema["TaskRow"];
export type JudgmentRow = Schema["TaskJudgment"];
export type PairPosterior = Schema["PairPosterior"];
export type TaskDetail = Schema["TaskDetail"];
export type Person = Schema["Person"];
export type NewPerson = Schema["PersonNewRequest"];
export type ImportFormat = NonNullable<Schema["FormatEnum"]>;
export type WorkState = Schema["WorkState"];
export type Import = Schema["ImportOut"];
export type Snapshot = Schema["SnapshotOut"];
export type ReliabilityBin = Schema["ReliabilityBin"];
export type Evaluation = Schema["EvaluationOut"];
export type TrainingRun = Schema["TrainingRunOut"];
export type Verdict = NonNullable<TrainingRun["verdict"]>;
export type RewardModel = Schema["RewardModelOut"];
export type RoundTask = Schema["RoundTaskOut"];
export type Round = Schema["RoundOut"] & { tasks?: RoundTask[] };
export type Schedule = Schema["ScheduleOut"];
export type Token = Schema["TokenOut"];
export type Scope = Token["scopes"][number];
export type AuditEntry = Schema["AuditOut"];
