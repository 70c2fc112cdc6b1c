/**
 * The settings of training: what each is called, what it does, its default and its limits. Pure; the
 * defaults are those of rm_training/ml/config.py and rm_training/ml/finetune/config.py.
 */

interface Named {
  /** Where the plan has it, as "full.objective.centring". */
  path: string;
  label: string;
  /** One sentence on what it does. */
  help: string;
}
export interface PlanNumber extends Named {
  kind: "number";
  usual: string;
  min: number;
  max: number;
  /** Digits after the point; 0 for whole numbers. */
  digits: number;
}
/** A number so small that it is written as 2e-5. */
export interface PlanRate extends Named {
  kind: "rate";
  usual: string;
}
export interface PlanChoice extends Named {
  kind: "choice";
  /** The default among the options. */
  usual: string;
  options: { value: string; label: string }[];
}
/** A weight for each criterion by its name, as "helpful: 0.7, harmless: 0.3", or a word. */
export interface PlanWeights extends Named {
  kind: "weights";
  usual: string;
}
export interface PlanSwitch extends Named {
  kind: "switch";
}
export type PlanField = PlanNumber | PlanRate | PlanChoice | PlanWeights | PlanSwitch;

const STRENGTHS = [
  { value: "ignore", label: "Ignored" },
  { value: "margin", label: "Margin (Llama 2)" },
  { value: "scale", label: "Scaled Bradley-Terry" },
];

const strength = (path: string): PlanChoice => ({
  kind: "choice",
  path,
  label: "Strength of preference",
  help: "Slightly, clearly, much: 1, 2, 3. As margin, rewards must lie that far apart; scaled (HelpSteer2-Preference), the comparison weighs that much.",
  usual: "ignore",
  options: STRENGTHS,
});

const smoothing = (path: string): PlanNumber => ({
  kind: "number",
  path,
  label: "Label smoothing",
  help: "Share of judgments taken to be the wrong way round; keeps noisy labels from making it too sure.",
  usual: "0",
  min: 0,
  max: 0.49,
  digits: 3,
});

const weight = (name: string, label: string, help: string): PlanNumber => ({
  kind: "number",
  path: `full.objective.${name}`,
  label,
  help,
  usual: "0",
  min: 0,
  max: 10,
  digits: 4,
});

export const WHEN_FIELDS: PlanField[] = [
  {
    kind: "switch",
    path: "weekly",
    label: "Once a week",
    help: "On the first night a week after the last full run.",
  },
  {
    kind: "number",
    path: "grown",
    label: "After so many new judgments",
    help: "Counted since the last full run.",
    usual: "never",
    min: 1,
    max: 1_000_000_000,
    digits: 0,
  },
  {
    kind: "number",
    path: "drifted",
    label: "After the champion lost so many points",
    help: "Of 100: its accuracy on held-out comparisons, against that of its own run.",
    usual: "never",
    min: 0.1,
    max: 100,
    digits: 1,
  },
];

export const QUICK_FIELDS: PlanField[] = [
  strength("nightly.strength"),
  smoothing("nightly.label_smoothing"),
  {
    kind: "weights",
    path: "nightly.combine",
    label: "What the reward is made of",
    help: "Where criteria are asked: “learned” weighs them as the overall judgments say; or give each its weight, as in helpful: 0.7, harmless: 0.3.",
    usual: "the overall judgments",
  },
];

export const FULL_FIELDS: PlanField[] = [
  {
    kind: "number",
    path: "full.epochs",
    label: "Epochs",
    help: "How often each prompt is seen; reward models overfit from the second time on.",
    usual: "1",
    min: 0.01,
    max: 20,
    digits: 2,
  },
  {
    kind: "number",
    path: "full.max_tokens",
    label: "Longest text, in tokens",
    help: "Of prompt and response; a longer text loses its oldest part. Time and memory grow with it.",
    usual: "512",
    min: 16,
    max: 32_768,
    digits: 0,
  },
  {
    kind: "rate",
    path: "full.learning_rate",
    label: "Learning rate",
    help: "AdamW's peak. Networks below 100 million weights bear three times the default, LoRA ten times.",
    usual: "2e-5",
  },
  {
    kind: "number",
    path: "full.members",
    label: "Networks in the ensemble",
    help: "Trained one after another and averaged in their weights (WARM); each takes as long as one alone.",
    usual: "1",
    min: 1,
    max: 16,
    digits: 0,
  },
  {
    kind: "number",
    path: "full.lora_rank",
    label: "LoRA rank",
    help: "Trains small adapters instead of all weights, in less memory; 8 to 64 is customary.",
    usual: "none: all weights",
    min: 1,
    max: 1_024,
    digits: 0,
  },
];

export const RARE_FIELDS: PlanField[] = [
  {
    kind: "number",
    path: "full.prompts_per_step",
    label: "Prompts a step",
    help: "Behind one optimiser step, with all their answers.",
    usual: "32",
    min: 1,
    max: 4_096,
    digits: 0,
  },
  {
    kind: "number",
    path: "full.prompts_per_batch",
    label: "Prompts a batch",
    help: "In memory at once; it must divide the prompts a step. Halved by itself where memory runs out.",
    usual: "8",
    min: 1,
    max: 4_096,
    digits: 0,
  },
  {
    kind: "choice",
    path: "full.precision",
    label: "Precision",
    help: "Of the products inside the network. bfloat16 is faster on GPUs; the rest is float32 either way.",
    usual: "float32",
    options: [
      { value: "float32", label: "float32" },
      { value: "bfloat16", label: "bfloat16" },
    ],
  },
  strength("full.objective.strength"),
  smoothing("full.objective.label_smoothing"),
  weight("centring", "Centring", "Weight of what keeps the mean reward near zero; 0.01 is customary."),
  weight(
    "length_penalty",
    "Length penalty (ODIN)",
    "Weight of what parts quality from length, which gets a head of its own; the paper has 1.",
  ),
  weight(
    "contrastive",
    "Contrastive loss",
    "Weight of what keeps the features of different answers apart, against overfitting.",
  ),
  {
    kind: "switch",
    path: "full.bootstrap",
    label: "Bootstrap",
    help: "Each network of an ensemble trains on its own draw of prompts.",
  },
  {
    kind: "switch",
    path: "full.checkpoint_activations",
    label: "Recompute activations",
    help: "A third slower in far less memory (activation checkpointing).",
  },
];

export const PLAN_FIELDS = [...WHEN_FIELDS, ...QUICK_FIELDS, ...FULL_FIELDS, ...RARE_FIELDS];
