/** What a training run is, what began it, and what to do where it failed. Pure; knows no page. */
import type { Failure, Tier, Trigger } from "@/api/training";
import { counted } from "@/components/plots/words";

/** In a list; `TIERS` says it at length. */
export const TIER_NAMES: Record<Tier, string> = { nightly: "quick", full: "full" };

export const TRIGGERS: Record<Trigger, string> = {
  nightly: "the schedule",
  button: "a person",
  command: "a command",
  weekly: "the weekly plan",
  growth: "new judgments",
  drift: "the champion's drift",
};

interface FailureWords {
  name: string;
  /** One sentence on what to do. */
  remedy: string;
}

export const FAILURES: Record<Failure, FailureWords> = {
  "disk full": {
    name: "disk full",
    remedy:
      "Have space freed under DATA_DIR, where checkpoints and models lie, or on the database's disk; then train again.",
  },
  "out of memory": {
    name: "out of memory",
    remedy:
      "On the Settings page, lower the longest text, recompute activations or set a LoRA rank; or have a smaller backbone set.",
  },
  "loss not finite": {
    name: "loss not finite",
    remedy:
      "On the Settings page, lower the learning rate, to a third for instance, or compute in float32.",
  },
  "not converged": {
    name: "not converged",
    remedy:
      "Look on the Data page for imports whose judgments contradict each other or have few prompts; then train again.",
  },
  "no backbone": {
    name: "no backbone",
    remedy:
      "Have the BACKBONE setting of the gpu worker checked: it must name a model that the worker can read and train.",
  },
  "no champion files": {
    name: "no champion files",
    remedy:
      "Have the model's folder restored behind ARTIFACT_URL, or promote another model; then train again.",
  },
  "damaged snapshot": {
    name: "damaged snapshot",
    remedy:
      "Train again, which takes a new snapshot, and have the disk behind ARTIFACT_URL checked: stored rows have changed.",
  },
  "worker lost": {
    name: "worker lost",
    remedy:
      "Have the gpu worker's log read for what ended it, such as the system's limit on memory; then train again.",
  },
  "over the limit": {
    name: "over the limit",
    remedy:
      "On the Settings page, lower the epochs or the networks, or have your operator raise the limit; where the time ran out, training again goes on from the last checkpoint.",
  },
  other: {
    name: "another cause",
    remedy: "The log below ends with the error; your operator can tell more from the gpu worker's log.",
  },
};

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** "about 12 minutes" of a number of seconds: a forecast, so never more than one unit. */
export function aboutTime(seconds: number): string {
  if (seconds < MINUTE) return "less than a minute";
  if (seconds < 1.5 * HOUR) return `about ${counted(Math.round(seconds / MINUTE), "minute")}`;
  if (seconds < 2 * DAY) return `about ${counted(Math.round(seconds / HOUR), "hour")}`;
  return `about ${counted(Math.round(seconds / DAY), "day")}`;
}
