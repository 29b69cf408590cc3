/** The rows of a long table that are in sight: the others are room, so that a scroll costs the same however many. */

import { defaultRangeExtractor, useVirtualizer, useWindowVirtualizer, type Range, type Virtualizer } from "@tanstack/react-virtual";
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";

import { focusOf, type FocusMemory } from "./focus";
import { DrawnRow, type Column } from "./rows";

/** Of a row where nothing was measured. */
const HEIGHT = 46;
/** Rows drawn before and behind those in sight: Tab leads to the next one, which is there. */
const BESIDE = 8;

interface Props<R> {
  columns: readonly Column<R>[];
  rows: readonly R[];
  id: (row: R) => string;
  className: string;
  /** The focus of the rows whose place these take. */
  focus: FocusMemory;
  /** How high those were, in pixels: what is not drawn yet is as high as they in the mean. */
  heights: readonly number[];
}

/** What scrolls around an element; null where it is the window. */
export function scrollerOf(element: HTMLElement): HTMLElement | null {
  for (let at = element.parentElement; at !== null && at !== document.body; at = at.parentElement) {
    if (/auto|scroll/.test(getComputedStyle(at).overflowY)) return at;
  }
  return null;
}

type Body = React.RefObject<HTMLTableSectionElement | null>;

/** A row that holds the focus stays, however far it is scrolled away; what had it before is given it. */
function useFocused(body: Body, before: FocusMemory) {
  const [focused, setFocused] = useState(() => before.row());
  useLayoutEffect(() => {
    // In the drawing after the first one: what is in sight is not known before.
    before.giveTo(body.current);
  });
  useEffect(() => {
    const element = body.current;
    const moved = (event: FocusEvent): void => {
      // What is left says where the focus goes: the row that is gone to must not be taken away before it arrives.
      const to = event.type === "focusout" ? event.relatedTarget : event.target;
      setFocused(to === null ? null : (focusOf(to)?.row ?? null));
    };
    element?.addEventListener("focusin", moved);
    element?.addEventListener("focusout", moved);
    return () => {
      element?.removeEventListener("focusin", moved);
      element?.removeEventListener("focusout", moved);
    };
  }, [body]);
  return useCallback(
    (given: Range): number[] => {
      const shown = defaultRangeExtractor(given);
      if (focused === null) return shown;
      // With the rows beside it, to which Tab leads in both directions.
      const kept = [focused - 1, focused, focused + 1].filter((row) => row >= 0 && row < given.count);
      return [...new Set([...shown, ...kept])].sort((one, other) => one - other);
    },
    [focused],
  );
}

/** How far the rows lie below the beginning of what scrolls; what stands above them may grow. */
function useMargin(scroller: HTMLElement | null) {
  const body = useRef<HTMLTableSectionElement>(null);
  const [margin, setMargin] = useState(0);
  useLayoutEffect(() => {
    const measure = (): void => {
      if (body.current === null) return;
      const top = body.current.getBoundingClientRect().top;
      const from = scroller === null ? -window.scrollY : scroller.getBoundingClientRect().top - scroller.scrollTop;
      setMargin(Math.round(top - from));
    };
    measure();
    const watch = new ResizeObserver(measure);
    watch.observe(scroller ?? document.body);
    return () => watch.disconnect();
  }, [scroller]);
  return { body, margin };
}

type Drawing = Pick<Virtualizer<Window, HTMLTableRowElement>, "getVirtualItems" | "getTotalSize" | "measureElement" | "options">;

/** Room for rows that are not drawn. */
const Room = ({ height, columns }: { height: number; columns: number }) =>
  height <= 0 ? null : (
    <tr aria-hidden="true">
      <td colSpan={columns} className="p-0" style={{ height }} />
    </tr>
  );

interface BodyProps<R> extends Props<R> {
  drawing: Drawing;
  margin: number;
  body: Body;
}

function Drawn<R>({ drawing, margin, body, columns, rows, className }: BodyProps<R>) {
  const items = drawing.getVirtualItems();
  const end = items.at(-1)?.end ?? margin;
  return (
    <tbody ref={body} className={`[overflow-anchor:none] ${className}`}>
      {items.flatMap((item, nth) => {
        const row = rows[item.index];
        if (row === undefined) return [];
        const before = item.start - (items[nth - 1]?.end ?? margin);
        return [
          <Room key={`before-${String(item.key)}`} height={before} columns={columns.length} />,
          <DrawnRow key={String(item.key)} columns={columns} row={row} place={item.index} measure={drawing.measureElement} />,
        ];
      })}
      <Room height={drawing.getTotalSize() + margin - end} columns={columns.length} />
    </tbody>
  );
}

/** What both kinds of scrolling are told. */
function optionsOf<R>({ rows, id, heights }: Props<R>, margin: number, rangeExtractor: (given: Range) => number[]) {
  const mean = heights.reduce((sum, one) => sum + one, 0) / Math.max(1, heights.length) || HEIGHT;
  return {
    count: rows.length,
    estimateSize: (at: number) => heights[at] ?? mean,
    overscan: BESIDE,
    scrollMargin: margin,
    getItemKey: (at: number) => (rows[at] === undefined ? at : id(rows[at])),
    rangeExtractor,
  };
}

function InWindow<R>(props: Props<R>) {
  const { body, margin } = useMargin(null);
  const drawing = useWindowVirtualizer<HTMLTableRowElement>(optionsOf(props, margin, useFocused(body, props.focus)));
  return <Drawn {...props} drawing={drawing} margin={margin} body={body} />;
}

function InBox<R>({ box, ...props }: Props<R> & { box: HTMLElement }) {
  const { body, margin } = useMargin(box);
  const options = optionsOf(props, margin, useFocused(body, props.focus));
  // eslint-disable-next-line react-hooks/incompatible-library -- no compiler memoizes here: the warning says so itself
  const drawing = useVirtualizer<HTMLElement, HTMLTableRowElement>({ ...options, getScrollElement: () => box });
  return <Drawn {...props} drawing={drawing as unknown as Drawing} margin={margin} body={body} />;
}

/** `box`: what scrolls around the table, null for the window. */
export const LongRows = <R,>({ box, ...props }: Props<R> & { box: HTMLElement | null }) =>
  box === null ? <InWindow {...props} /> : <InBox {...props} box={box} />;
