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
