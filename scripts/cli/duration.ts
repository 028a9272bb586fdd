import { text, type Text } from '../../errors';

/** `0.4 s`, `12.3 s`, from a minute on `3 min 7 s`. */
export function duration(milliseconds: number): Text {
  const seconds = Math.max(0, milliseconds) / 1000;
  if (seconds < 59.95) return text(`${seconds.toFixed(1)} s`, `${seconds.toFixed(1)}초`);
  const whole = Math.round(seconds);
  const [minutes, rest] = [Math.floor(whole / 60), whole % 60];
  return rest === 0
    ? text(`${minutes} min`, `${minutes}분`)
    : text(`${minutes} min ${rest} s`, `${minutes}분 ${rest}초`);
}
