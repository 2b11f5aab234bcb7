import { IsIn, IsInt, Max, Min } from 'class-validator';
import { Setting } from '../setting.js';

/** When the changefeed is read, and how far back each time. */
export class FeedSettings {
  @Setting('SURREAL_POLL_MS', 'Longest pause between two reads of the changefeed while a durable stream exists, in ms.')
  @IsInt()
  @Min(1)
  @Max(60_000)
  surrealPollMs = 25;

  @Setting(
    'SURREAL_DOORBELLS',
    'Whether live queries say when to read the changefeed: `on`, `off`, or `auto`, which makes none where it would make writers fail.',
  )
  @IsIn(['auto', 'on', 'off'])
  surrealDoorbells: 'auto' | 'on' | 'off' = 'auto';

  @Setting('SURREAL_FAST_WINDOW_MS', 'Least overlap of each changefeed read, in ms of live time.')
  @IsInt()
  @Min(1)
  @Max(60_000)
  surrealFastWindowMs = 50;

  @Setting(
    'SURREAL_SWEEP_WINDOW_MS',
    'For how long sweeps look for late changes, in ms of live time: they follow the reads at a sixth and two thirds of it, a deep one ten times as far behind.',
  )
  @IsInt()
  @Min(100)
  @Max(600_000)
  surrealSweepWindowMs = 3_000;

  @Setting(
    'SURREAL_SWEEP_INTERVAL_MS',
    'Time between two sweeps, in ms, a third of the window at most; a quarter of it for the nearest one, ten times as much for the deep one.',
  )
  @IsInt()
  @Min(10)
  @Max(600_000)
  surrealSweepIntervalMs = 1_000;
}
