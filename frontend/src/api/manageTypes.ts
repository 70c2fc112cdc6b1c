/** The shapes of reviewing, people and questions, by the names that the managers' pages use. */
import type { components } from "./schema";
import type { Question } from "./types";

type Schema = components["schemas"];

export type Share = Schema["Estimate"];
export type Forecast = Schema["Forecast"];
export type Appeal = Schema["AppealRow"];
export type TaskLease = Schema["TaskLease"];
export type StepPosterior = Schema["StepPosterior"];
export type TaskPurpose = Schema["TaskPurpose"];
export type SentAnswer = Schema["AnswerPartsRequest"];

export type Profile = Schema["PersonProfile"];
export type Signals = Schema["Signals"];
export type Twin = Schema["Twin"];
export type Proposal = Schema["Proposal"];
export type PersonChange = Schema["PatchedPersonChangeRequest"];
export type Invitation = Schema["Invitation"];
export type NewInvitation = Schema["InvitationNewRequest"];

export type Kind = Schema["QuestionKind"];
export type SentSpec = Schema["SpecRequest"];
export type NewQuestion = Schema["QuestionNewRequest"];
export type QuestionChange = Schema["PatchedQuestionChangeRequest"];
type Settled = Omit<Schema["QuestionOut"], "kind" | "spec">;
type Of<Each> = Each extends Question ? Settled & Pick<Each, "kind" | "spec"> : never;
/** A question with the spec of its kind, and who is given its tasks. */
export type ProjectQuestion = Of<Question>;
export type QuestionVersion = Schema["QuestionVersion"];

// What the votes say when they are looked through together.

export type Analysis = Schema["Analysis"];
export type Rankings = Schema["Rankings"];
export type Figures = Schema["Figures"];
export type Coefficients = Schema["Coefficients"];
export type Part = Schema["Part"];
export type AiJudges = Schema["AiJudges"];
export type RaterProfile = Schema["RaterProfile"];
export type RaterPair = Schema["Cell"];
export type UnusualPair = Schema["UnusualPair"];
export type Policies = Schema["Policies"];
export type RankedPolicy = Schema["RankedPolicy"];
export type Standing = Schema["Standing"];
export type StyleEffect = Schema["StyleEffect"];
