/**
 * One engine for several runs: a request at a time, in the order in which they were asked. Since every run asks for one
 * thing at a time, that is taking turns: no run waits for more than one request of each other run.
 */
import { defer, Observable } from 'rxjs';
import type { Engine } from './engine-process.ts';

export class SharedEngine implements Engine {
  readonly #engine: Engine;
  #tail: Promise<void> = Promise.resolve();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  readonly analyse: Engine['analyse'] = (...request) => this.#inTurn(() => this.#engine.analyse(...request));
  readonly compare: Engine['compare'] = (...request) => this.#inTurn(() => this.#engine.compare(...request));

  #inTurn<T>(ask: () => Observable<T>): Observable<T> {
    return new Observable<T>((subscriber) => {
      const before = this.#tail;
      const own = new Promise<void>((done) => {
        // Whether it was answered, failed, or nobody waits for it any more.
        subscriber.add(done);
      });
      // Who leaves while waiting gives up its own turn, not that of those before it.
      this.#tail = before.then(() => own);
      void before.then(() => {
        if (!subscriber.closed) subscriber.add(defer(ask).subscribe(subscriber));
      });
    });
  }
}
