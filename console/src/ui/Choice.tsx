/** A few choices of which one holds, as buttons side by side. */

import { useId } from "react";

interface Props<V extends string> {
  label: string;
  options: readonly { value: V; text: string }[];
  value: V;
  choose: (value: V) => void;
}

export function Choice<V extends string>({ label, options, value, choose }: Props<V>) {
  const name = useId();
  return (
    <div role="radiogroup" aria-label={label} className="inline-flex flex-wrap rounded-lg border border-line bg-raised p-0.5">
      {options.map((option) => (
        <label
          key={option.value}
          className="cursor-pointer rounded-md px-3 py-1 text-sm has-checked:bg-panel has-checked:font-semibold has-checked:shadow-sm has-focus-visible:outline-3 has-focus-visible:outline-accent"
        >
          <input
            type="radio"
            className="sr-only"
            name={name}
            checked={option.value === value}
            onChange={() => choose(option.value)}
          />
          {option.text}
        </label>
      ))}
    </div>
  );
}
