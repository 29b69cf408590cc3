/** Form fields with their label, hint and what the API says of them. */

import { useId, type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes, type TextareaHTMLAttributes } from "react";

interface Common {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
}

const LOOK = "w-full min-h-10 rounded-lg border bg-panel px-3 py-1.5 text-ink placeholder:text-muted";
const edge = (error: string | undefined): string => (error === undefined ? "border-muted" : "border-bad");

function useParts({ hint, error }: Common) {
  const id = useId();
  const described = [hint !== undefined ? `${id}-hint` : "", error !== undefined ? `${id}-error` : ""].filter(Boolean).join(" ");
  return { id, "aria-describedby": described === "" ? undefined : described, "aria-invalid": error === undefined ? undefined : true };
}

function Around({ id, label, hint, error, children }: Common & { id: string; children: ReactNode }) {
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="font-medium">
        {label}
      </label>
      {children}
      {hint !== undefined && (
        <p id={`${id}-hint`} className="text-sm text-muted">
          {hint}
        </p>
      )}
      {error !== undefined && (
        <p id={`${id}-error`} className="text-sm text-bad">
          {error}
        </p>
      )}
    </div>
  );
}

export function TextField({ label, hint, error, ...rest }: Common & InputHTMLAttributes<HTMLInputElement>) {
  const parts = useParts({ label, hint, error });
  return (
    <Around id={parts.id} label={label} hint={hint} error={error}>
      <input type="text" autoComplete="off" spellCheck={false} {...rest} {...parts} className={`${LOOK} ${edge(error)}`} />
    </Around>
  );
}

export function AreaField({ label, hint, error, ...rest }: Common & TextareaHTMLAttributes<HTMLTextAreaElement>) {
  const parts = useParts({ label, hint, error });
  return (
    <Around id={parts.id} label={label} hint={hint} error={error}>
      <textarea spellCheck={false} rows={5} {...rest} {...parts} className={`${LOOK} ${edge(error)} font-mono text-sm`} />
    </Around>
  );
}

interface SelectProps extends Common, SelectHTMLAttributes<HTMLSelectElement> {
  options: readonly { value: string; text: string }[];
}

export function SelectField({ label, hint, error, options, ...rest }: SelectProps) {
  const parts = useParts({ label, hint, error });
  return (
    <Around id={parts.id} label={label} hint={hint} error={error}>
      <select {...rest} {...parts} className={`${LOOK} ${edge(error)}`}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.text}
          </option>
        ))}
      </select>
    </Around>
  );
}
