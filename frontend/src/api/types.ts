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

export type Progress = Schema["Progress"];
export type Work = Schema["Work"];
export type Message = Schema["Message"];
export type AssignmentState = Schema["AssignmentState"];
export type SkipReason = Schema["SkipRequest"]["reason"];

export type ComparisonSpec = Schema["ComparisonSpec"];
export type RatingSpec = Schema["RatingSpec"];
export type StepsSpec = Schema["StepsSpec"];
export type RevisionSpec = Schema["RevisionSpec"];
type Asked<Kind extends Schema["QuestionKind"], Spec extends Schema["Spec"]> = Omit<
  Schema["RaterQuestion"],
  "kind" | "spec"
> & { kind: Kind; spec: Spec };
/** Each kind with its own spec, which the document can't say. */
export type Question =
  | Asked<"comparison", ComparisonSpec>
  | Asked<"rating", RatingSpec>
  | Asked<"steps", StepsSpec>
  | Asked<"revision", RevisionSpec>;

export type Strength = NonNullable<Schema["Answer"]["strength"]>;
/** 1 right, 0 neutral, -1 wrong. */
export type Label = 1 | 0 | -1;
export type Mark = Required<Schema["Mark"]>;
type CriterionOrder = Omit<Schema["CriterionRanks"], "strength"> & { strength: Strength | null };
/** The document has any number where only a few mean something. */
export type AnswerParts = Omit<Schema["Answer"], "criteria" | "marks" | "labels"> & {
  criteria: CriterionOrder[];
  marks: Mark[];
  labels: (Label | null)[];
};
/** Each kind of question uses its own parts; the others are empty, or not there. */
export type Answer = Partial<AnswerParts> & Pick<AnswerParts, "note">;
/** What a browser sends. */
export type Submission = Answer &
  Pick<Schema["SubmissionRequest"], "key" | "revision"> & { active_ms: number; pasted: number };

export type Feedback = Omit<Schema["Feedback"], "answer"> & { answer: Answer };
export type Receipt = Omit<Schema["Receipt"], "feedback"> & { feedback: Feedback | null };
export type Assignment = Omit<Schema["RaterAssignment"], "question" | "answer"> & {
  question: Question;
  answer: Answer | null;
};
export type NextTask = Omit<Schema["Next"], "assignment"> & { assignment: Assignment | null };
export type HistoryEntry = Omit<Schema["HistoryItem"], "question" | "answer"> & {
  question: Question;
  answer: Answer;
};

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
export type Probe = Schema["ProbeOut"];
export type Suspect = Schema["SuspectOut"];
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
