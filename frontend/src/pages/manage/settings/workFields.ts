/** The settings of how work is given, in groups, each with a sentence on what it does. */
import type { NumberField } from "./projectFields";

export const ROUND_FIELDS: NumberField[] = [
  {
    key: "round_size",
    label: "Tasks a round",
    help: "What a nightly round chooses.",
    unit: "whole",
    min: 1,
    max: 100_000,
  },
  {
    key: "random_share",
    label: "Share drawn at random, in %",
    help: "Of each round. Keeps the measurements fair.",
    unit: "percent",
    min: 0,
    max: 100,
  },
];

export const OVERLAP_FIELDS: NumberField[] = [
  {
    key: "overlap",
    label: "Overlap",
    help: "How many raters judge each task. Two or more let agreement be measured. Holds for tasks made from now on.",
    unit: "whole",
    min: 1,
    max: 100,
  },
  {
    key: "overlap_max",
    label: "Largest overlap",
    help: "A task whose raters leave it open gets one more rater at a time, up to this many.",
    unit: "whole",
    min: 1,
    max: 100,
    empty: "Empty: never more than the overlap.",
  },
  {
    key: "confidence",
    label: "Confidence, in %",
    help: "A task gets no more raters once its consensus is this sure. Counts only with a largest overlap.",
    unit: "percent",
    min: 50,
    max: 99,
  },
  {
    key: "budget",
    label: "Budget, in judgments",
    help: "No task gets more raters once the project has this many judgments.",
    unit: "whole",
    min: 0,
    max: 2_000_000_000,
    empty: "Empty: no budget.",
  },
];

export const PACE_FIELDS: NumberField[] = [
  {
    key: "daily_target",
    label: "Target a day",
    help: "Judgments a day that each rater sees as a target.",
    unit: "whole",
    min: 1,
    max: 2_000_000_000,
    empty: "Empty: no target.",
  },
  {
    key: "daily_cap",
    label: "Most a day",
    help: "A rater gets no more tasks that day, so that nobody judges tired.",
    unit: "whole",
    min: 1,
    max: 2_000_000_000,
    empty: "Empty: no limit.",
  },
  {
    key: "total_cap",
    label: "Most in all",
    help: "A rater gets no more tasks, so that no one person's taste fills the data.",
    unit: "whole",
    min: 1,
    max: 2_000_000_000,
    empty: "Empty: no limit.",
  },
  {
    key: "prompt_cooldown",
    label: "Cool-down, in minutes",
    help: "How long before a rater may meet the same prompt again in another task; 0 is at once.",
    unit: "whole",
    min: 0,
    max: 525_600,
  },
  {
    key: "lease_minutes",
    label: "Longest lease, in minutes",
    help: "How long a task stays with a rater. A question with enough answers has a shorter lease of its own.",
    unit: "whole",
    min: 1,
    max: 1_440,
  },
  {
    key: "edit_hours",
    label: "Hours to change an answer",
    help: "After that an answer stands.",
    unit: "whole",
    min: 0,
    max: 8_760,
  },
];

export const CHECK_FIELDS: NumberField[] = [
  {
    key: "gold_rate",
    label: "Gold rate, in %",
    help: "Of each rater's tasks, how many have a known answer. Set known answers on the tasks' pages.",
    unit: "percent",
    min: 0,
    max: 50,
  },
  {
    key: "repeat_rate",
    label: "Repeat rate, in %",
    help: "A rater's own earlier tasks again with the sides swapped: shows how steady they are.",
    unit: "percent",
    min: 0,
    max: 50,
  },
  {
    key: "training_tasks",
    label: "Training tasks",
    help: "Answers with feedback before a new rater's first work; 0 is no training.",
    unit: "whole",
    min: 0,
    max: 200,
  },
  {
    key: "training_pass",
    label: "Right to pass, in %",
    help: "The share of the newest training answers that must be right.",
    unit: "percent",
    min: 0,
    max: 100,
  },
  {
    key: "gold_floor",
    label: "Gold floor, in %",
    help: "A rater whose gold accuracy is surely below it is proposed to you on the People page.",
    unit: "percent",
    min: 0,
    max: 100,
    empty: "Empty: nothing is proposed.",
  },
];

export const WORK_FIELDS = [...OVERLAP_FIELDS, ...PACE_FIELDS, ...CHECK_FIELDS];

export const GOLD_ACTIONS = [
  { value: "warn", label: "Warn them" },
  { value: "pause", label: "Pause them" },
  { value: "retrain", label: "Send them to training" },
];
