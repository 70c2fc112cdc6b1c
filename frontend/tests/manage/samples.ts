/** What the server sends about tasks, people and questions, for the tests of the managers' pages. */
import { COMPARISON, RATING, REVISION, STEPS } from "../work/samples";

export const AT = "2026-11-23T10:00:00Z";

export const share = (value: number, n: number) => ({
  value,
  lower: value - 0.1,
  upper: value + 0.1,
  n,
  reason: null,
});
export const NO_SHARE = { value: null, lower: null, upper: null, n: 0, reason: "Nothing yet." };

export const PERSON = {
  id: 7,
  name: "Bob",
  kind: "person",
  role: "rater",
  judgments: 12,
  last_judgment_at: AT,
  left_share: 0.5,
  tie_share: 0.2,
  median_seconds: 40,
  paused_at: null,
  left_at: null,
  training: false,
  groups: ["night shift"],
  skills: [],
  gold: share(0.8, 45),
};

/** The people page with nothing but these people. */
export const peoplePage = (...people: object[]) => ({
  "/people": people,
  "/proposals": [],
  "/invitations": [],
});

export const PROPOSAL = {
  id: 3,
  person: 7,
  name: "Bob",
  action: "pause",
  evidence: "40% of the last 20 gold answers were right (22% to 61%); the project asks for 70%.",
  state: "open",
  created_at: AT,
};

const SPECS = { comparison: COMPARISON, rating: RATING, steps: STEPS, revision: REVISION };
export type Kind = keyof typeof SPECS;

export const question = (kind: Kind, part: object = {}) => ({
  id: 1,
  kind,
  version: 2,
  title: `About ${kind}`,
  spec: SPECS[kind],
  needs_skills: [],
  for_groups: [],
  lease_seconds: null,
  created_at: AT,
  ...part,
});

export const EMPTY_ANSWER = {
  ranks: [],
  strength: null,
  unacceptable: [],
  tags: [],
  note: "",
  criteria: [],
  ratings: [],
  marks: [],
  labels: [],
  reasons: [],
  critique: null,
  text: null,
  principle: null,
};

export function vote(part: { id: number; answer: object } & Record<string, unknown>) {
  return {
    rater: "Bob",
    kind: "person",
    decision: false,
    ranks: [1, 2],
    strength: null,
    unacceptable: [false, false],
    tags: [],
    note: "",
    late: false,
    revision: 1,
    newest: true,
    version: 2,
    shown: [0, 1],
    submitted_at: AT,
    active_ms: 41_000,
    pasted: 0,
    ...part,
    answer: { ...EMPTY_ANSWER, ...part.answer },
  };
}

/** A task of two responses; of one for kinds that have one. */
export function task(kind: Kind, part: object = {}) {
  const single = kind === "steps" || kind === "revision";
  const responses = [
    { id: 21, text: "One is one.\nTwo is three.", policy: "m@1" },
    { id: 22, text: "Another answer.", policy: null },
  ];
  return {
    id: 9,
    k: single ? 1 : 2,
    prompt_excerpt: "How many?",
    source: "import",
    overlap: 3,
    judgments: 0,
    live_leases: 0,
    flagged: false,
    entropy: null,
    created_at: AT,
    recorded_ranks: null,
    kind,
    purpose: "work",
    confidence: null,
    disagreement: null,
    decided: false,
    question: question(kind),
    prompt: [{ role: "user", content: "How many?" }],
    responses: single ? responses.slice(0, 1) : responses,
    votes: [],
    leases: [],
    posterior: null,
    steps: null,
    known: null,
    explanation: null,
    meta: null,
    review: null,
    ...part,
  };
}

export const PROJECT = {
  slug: "helpful",
  name: "Helpful answers",
  guidelines: "",
  overlap: 3,
  lease_minutes: 30,
  edit_hours: 24,
  daily_target: null,
  evaluation_share: 0.2,
  random_share: 0.3,
  round_size: 200,
  overlap_max: null,
  confidence: 0.8,
  budget: null,
  daily_cap: null,
  total_cap: null,
  prompt_cooldown: 0,
  gold_rate: 0.05,
  repeat_rate: 0,
  training_tasks: 0,
  training_pass: 0.7,
  gold_floor: null,
  gold_action: "warn",
  anonymous_review: true,
  question: question("comparison"),
  created_at: AT,
  demo: false,
};

export const hidden = (n: number, reason: string) => ({
  value: null,
  lower: null,
  upper: null,
  n,
  reason,
});

/** How one rater judges, as the analysis has it. */
export const rater = (id: number, part: object = {}) => ({
  rater: id,
  units: 200,
  agreement: share(0.7, 180),
  confusion: [
    [60, 5, 15],
    [5, 10, 5],
    [15, 5, 60],
  ],
  left: share(0.5, 170),
  left_excess: 0.1,
  ties: share(0.15, 200),
  median_seconds: 41,
  drift: share(0.04, 180),
  ...part,
});

const standing = (value: number, rank: number, best: number, worst: number) => ({
  score: share(value, 300),
  win_rate: share(value, 300),
  rank,
  best,
  worst,
});

export const POLICIES = {
  policies: [
    {
      id: 1,
      name: "tuned@3",
      plain: standing(0.62, 1, 1, 2),
      controlled: standing(0.55, 1, 1, 1),
    },
    {
      id: 2,
      name: "base@1",
      plain: standing(0.38, 2, 1, 2),
      controlled: standing(0.45, 2, 2, 2),
    },
  ],
  wins: [
    [0.5, 0.55],
    [0.31, 0.5],
  ],
  style_effects: [
    { feature: "length", effect: { value: 0.4, lower: 0.2, upper: 0.6, n: 300, reason: null } },
    { feature: "list items", effect: { value: 0, lower: -0.2, upper: 0.2, n: 300, reason: null } },
    { feature: "headings", effect: hidden(300, "The responses don't differ in this.") },
  ],
  tastes: {
    summary: "The raters form 2 groups.",
    groups: [
      { share: 0.7, raters: 2, order: ["small@1", "large@2"] },
      { share: 0.3, raters: 1, order: ["large@2", "small@1"] },
    ],
  },
  same_policy: 12,
  no_intervals: null as string | null,
  incomparable: null as string | null,
};

const part = (name: string, value: number) => ({
  name,
  alpha: share(value, 90),
  raw: share(value + 0.3, 90),
});

const CALIBRATION = {
  bins: [
    { predicted: 0.6, observed: share(0.55, 40) },
    { predicted: 0.9, observed: share(0.8, 40) },
  ],
  error: 0.075,
  brier: 0.3,
  log_loss: 0.5,
  n: 80,
  reason: null as string | null,
};

/** Three raters, two weeks, two questions, one group, AI judges, two policies; nothing unusual. */
export const FIGURES = {
  judgments: 600,
  raters: 3,
  units: 700,
  coefficients: {
    raw: share(0.62, 412),
    alpha_ordinal: share(0.31, 412),
    alpha_nominal: share(0.28, 412),
    gwet_ac1: share(0.45, 412),
    gwet_ac2: share(0.5, 412),
    fleiss_kappa: hidden(412, "Chance alone explains all answers."),
  },
  rankings: [{ k: 4, alpha: share(0.44, 38), kendall_w: share(0.7, 38), tau_b: share(0.4, 37) }],
  questions: [part("Which is better?", 0.31), part("Which is safer?", 0.52)],
  criteria: [part("helpful", 0.4), part("harmless", 0.6)],
  weeks: [part("2026-11-09", 0.28), part("2026-11-16", 0.34)],
  groups: [part("coding", 0.3)],
  ai: {
    judgments: 80,
    alpha: share(0.6, 40),
    with_people: share(0.58, 75),
    with_people_beyond_chance: hidden(4, "Fewer than 5 in common."),
  },
  profiles: [rater(7), rater(8), rater(9)],
  matrix: [
    { first: 7, second: 8, together: 120, raw: 0.7, kappa: 0.42 },
    { first: 7, second: 9, together: 60, raw: 0.55, kappa: null },
  ],
  unusual: [] as object[],
  weighing: "The votes of 3 raters count by what each of them confuses.",
  calibration: CALIBRATION,
  calibration_on_gold: CALIBRATION,
  policies: POLICIES as typeof POLICIES | null,
};

export const analysis = (figures: object | null = {}) => ({
  computed_at: figures === null ? null : AT,
  figures: figures === null ? null : { ...FIGURES, ...figures },
  names: [
    { id: 7, name: "Bob" },
    { id: 8, name: "Chen" },
    { id: 9, name: "Former member 9" },
  ],
  failed_at: null as string | null,
  failure: "",
});
