/** The form of one task, by the kind of its question and the number of its responses. */
import { CompareForm } from "./CompareForm";
import type { FormProps } from "./forms";
import { RankForm } from "./RankForm";
import { RatingForm } from "./RatingForm";
import { RevisionForm } from "./RevisionForm";
import { StepsForm } from "./StepsForm";

export function QuestionForm(props: FormProps) {
  const { question, responses } = props.assignment;
  switch (question.kind) {
    case "comparison":
      return responses.length > 2 ? (
        <RankForm {...props} spec={question.spec} />
      ) : (
        <CompareForm {...props} spec={question.spec} />
      );
    case "rating":
      return <RatingForm {...props} spec={question.spec} />;
    case "steps":
      return <StepsForm {...props} spec={question.spec} />;
    case "revision":
      return <RevisionForm {...props} spec={question.spec} />;
  }
}
