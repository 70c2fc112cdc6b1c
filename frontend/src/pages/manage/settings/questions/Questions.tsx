/** What the project asks its raters. */
import { useQuestions } from "@/api/manageQuestions";

import { Loaded, Section } from "../../parts/Page";
import { AddQuestion } from "./AddQuestion";
import { QuestionCard } from "./QuestionCard";

export function Questions({ slug }: { slug: string }) {
  const questions = useQuestions(slug);
  return (
    <Section
      title="Questions"
      about="What raters are asked. Settings that raters have met are kept as a version: answers stay with theirs, open tasks go on under the newest."
      actions={<AddQuestion slug={slug} />}
    >
      <Loaded query={questions}>
        {(all) => all.map((each) => <QuestionCard key={each.id} slug={slug} question={each} />)}
      </Loaded>
    </Section>
  );
}
