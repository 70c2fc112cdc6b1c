/** A rater's name, and the way to their page for as long as they have one. */
import { GoTo } from "../parts/GoTo";

interface RaterNameProps {
  id: number;
  name: string;
  amidWords?: boolean;
}

export function RaterName({ id, name, amidWords = false }: RaterNameProps) {
  // What the server puts in place of the name of somebody who left.
  if (name === `Former member ${id}`) return <>{name}</>;
  return (
    <GoTo page={`people/${id}`} amidWords={amidWords}>
      {name}
    </GoTo>
  );
}
