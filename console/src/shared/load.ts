import { onScopeDispose, ref, shallowRef } from 'vue'

/** useLoad reads something, tells whether it is being read and what went wrong; only the answer
 * to the last question counts. What was read before stays until the new is there. */
export function useLoad<T>(ask: () => Promise<T>) {
  const data = shallowRef<T>()
  const error = shallowRef<unknown>()
  const loading = ref(false)
  let turn = 0
  async function load(): Promise<void> {
    const mine = ++turn
    loading.value = true
    try {
      const got = await ask()
      if (mine === turn) [data.value, error.value] = [got, undefined]
    } catch (e) {
      if (mine === turn) error.value = e
    } finally {
      if (mine === turn) loading.value = false
    }
  }
  onScopeDispose(() => turn++)
  return { data, error, loading, load }
}

/** settled calls f once things have been quiet for a while. */
export function settled(f: () => void, wait = 400) {
  let timer: ReturnType<typeof setTimeout> | undefined
  onScopeDispose(() => clearTimeout(timer))
  return () => {
    clearTimeout(timer)
    timer = setTimeout(f, wait)
  }
}
