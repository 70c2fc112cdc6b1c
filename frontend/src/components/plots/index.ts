/** The family of plots; pages take them from here. */
export { Bars } from "./Bars";
export { DotIntervals } from "./DotIntervals";
export { IntervalBar } from "./IntervalBar";
export { LineBand } from "./LineBand";
export { Matrix } from "./Matrix";
export { Reliability } from "./Reliability";
export { Shares } from "./Shares";
export { StepLines, type StepSeries } from "./StepLines";
