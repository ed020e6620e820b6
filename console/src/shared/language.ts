import { computed, ref } from 'vue'
import { createI18n } from 'vue-i18n'

export type Language = 'zh' | 'en'

const kept = localStorage.getItem('huajie.language')
export const language = ref<Language>(kept === 'en' ? 'en' : 'zh')

export interface Named {
  zh: string
  en: string
}

/** pick gives the one of two texts in the language chosen; Chinese where there is no other. */
export function pick(zh?: string, en?: string): string {
  return (language.value === 'en' ? en || zh : zh || en) ?? ''
}

export const named = (x?: Named): string => (x ? pick(x.zh, x.en) : '')

export type Words = { [key: string]: string | string[] | Words }

/** makeI18n makes the texts of a page; both languages have the same keys (npm run check). */
export function makeI18n<T extends Words>(zh: T, en: T) {
  const i18n = createI18n({ legacy: false, locale: language.value, fallbackLocale: 'zh', messages: { zh, en } as never, missingWarn: false })
  speak(language.value)
  return i18n
}

/** speak makes the page speak a language, and remembers it. */
export function speak(to: Language, i18n?: { global: { locale: unknown } }) {
  language.value = to
  localStorage.setItem('huajie.language', to)
  document.documentElement.lang = to === 'en' ? 'en' : 'zh-CN'
  if (i18n) (i18n.global.locale as { value: string }).value = to
}

export const locale = computed(() => (language.value === 'en' ? 'en-GB' : 'zh-CN'))
