/** The family of plots; pages take them from here. */
export { Bars } from "./Bars";
export { DotIntervals } from "./DotIntervals";
export { LineBand } from "./LineBand";
export { Reliability } from "./Reliability";
export { Shares } from "./Shares";
