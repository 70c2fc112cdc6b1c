/** Shapes of the managers' tasks and imports exactly as the server's OpenAPI document gives them. */
import type { ImportFormat, JudgmentRow, Message, PairPosterior, WorkState } from "./types";

export interface TaskRow {
  id: number;
  k: number;
  prompt_excerpt: string;
  source: "import" | "round";
  overlap: number;
  judgments: number;
  live_leases: number;
  /** Whether a rater said that something is wrong with it. */
  flagged: boolean;
  entropy: number | null;
  created_at: string;
  /** The ranking that came with the file, in canonical order. */
  recorded_ranks: number[] | null;
  /** Why a round chose it, where the server says so. */
  reason?: string | null;
}
export interface TaskDetail extends TaskRow {
  prompt: Message[];
  responses: { id: number; text: string; policy: string | null }[];
  votes: JudgmentRow[];
  posterior: PairPosterior[] | null;
}
export interface Import {
  id: number;
  name: string;
  /** "" while it is not known. */
  format: ImportFormat | "";
  state: WorkState;
  bytes_total: number;
  bytes_read: number;
  tasks_added: number;
  tasks_known: number;
  votes_added: number;
  bad_lines: number;
  /** The first 200 refused lines. */
  rejected: { line: number; reason: string }[];
  message: string;
  created_at: string;
  finished_at: string | null;
}
