import { describe, expect, it } from 'vitest';
import { addressesOf, serverAddress, tokenInHash } from '../../client/addresses.ts';

describe('tokenInHash', () => {
  it('takes the token out and leaves what else is there', () => {
    expect(tokenInHash('#metrics=gini,churn&token=se%2Fcret')).toEqual({
      token: 'se/cret',
      rest: 'metrics=gini,churn',
    });
    expect(tokenInHash('#token=secret')).toEqual({ token: 'secret', rest: '' });
  });

  it('finds none where there is none', () => {
    expect(tokenInHash('#metrics=gini')).toEqual({ token: null, rest: 'metrics=gini' });
    expect(tokenInHash('#token=')).toEqual({ token: null, rest: '' });
    expect(tokenInHash('')).toEqual({ token: null, rest: '' });
  });

  it('takes a token as it stands where it is not escaped', () => {
    expect(tokenInHash('#token=50%').token).toBe('50%');
  });
});

describe('serverAddress', () => {
  const site = (src: string, base = 'https://lab.example/page/') => serverAddress(src, base)?.site;

  it('takes the address of the stream, of a page, and of the dashboard for the same server', () => {
    for (const src of [
      'ws://host:4747',
      'ws://host:4747/stream',
      'http://host:4747',
      'http://host:4747/index.html',
    ])
      expect(site(src)).toBe('http://host:4747/');
    expect(site('wss://host/lab/stream')).toBe('https://host/lab/');
    expect(site('https://host/lab')).toBe('https://host/lab/');
  });

  it('reads relative addresses from the page', () => {
    expect(site('/watch')).toBe('https://lab.example/watch/');
    expect(site('//host:4747')).toBe('https://host:4747/');
  });

  it('takes run and token along', () => {
    expect(serverAddress('http://host:4747/?run=a%20b#token=se-cret', 'http://page/')).toEqual({
      site: 'http://host:4747/',
      run: 'a b',
      token: 'se-cret',
    });
  });

  it('refuses what is no address of a server', () => {
    for (const src of ['javascript:alert(1)', 'data:text/html,x', 'file:///run', 'http://', 'http://[']) {
      expect(serverAddress(src, 'http://page/')).toBeNull();
    }
  });
});

describe('addressesOf', () => {
  it('finds stream, session and graphs below a path of a proxy', () => {
    const addresses = addressesOf('https://host/lab/index.html?run=a');
    expect(addresses).toMatchObject({
      site: 'https://host/lab/',
      stream: 'wss://host/lab/stream',
      session: 'https://host/lab/api/session',
      runs: 'https://host/lab/api/runs',
    });
    expect(addresses.graph('a/b', { id: 'step 1', branch: 2 })).toBe(
      'https://host/lab/api/runs/a%2Fb/checkpoints/step%201/graph?branch=2',
    );
  });
});
