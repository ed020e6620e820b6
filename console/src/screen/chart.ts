import { BarChart, EffectScatterChart, LineChart, MapChart } from 'echarts/charts'
import { GeoComponent, GridComponent, LegendComponent } from 'echarts/components'
import { init, registerMap, use, type EChartsCoreOption, type ECharts } from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'
import { onMounted, onScopeDispose, ref, watch, type Ref } from 'vue'

use([BarChart, EffectScatterChart, LineChart, MapChart, GeoComponent, GridComponent, LegendComponent, CanvasRenderer])
export { registerMap }

/** px is a size of a screen of 1080 lines on this one: a chart is drawn in pixels, and everything
 * around it is as large as the screen lets it be. */
const scale = () => (innerHeight * (innerWidth / innerHeight >= 2.5 ? 1.5 : 1)) / 1080
const factor = ref(scale())
addEventListener('resize', () => (factor.value = scale()))
export const px = (n: number) => Math.round(n * factor.value)

export const axis = () => ({ axisLabel: { color: '#a9c0d8', fontSize: px(12) }, axisLine: { lineStyle: { color: '#2b4a6b' } }, axisTick: { show: false }, splitLine: { lineStyle: { color: '#16314d' } } })

/** useChart draws what option says, and draws it anew when that or the size of its place changes;
 * what it gives is for :ref. */
export function useChart(option: Ref<EChartsCoreOption | undefined>) {
  let place: HTMLElement | undefined
  let chart: ECharts | undefined
  const draw = () => option.value && chart?.setOption({ animationDuration: 400, ...option.value }, { notMerge: true })
  const sized = new ResizeObserver(() => chart?.resize())
  onMounted(() => {
    if (!place) return
    chart = init(place)
    draw()
    sized.observe(place)
  })
  watch(option, draw)
  onScopeDispose(() => {
    sized.disconnect()
    chart?.dispose()
  })
  return (el: unknown) => void (place = (el as HTMLElement | null) ?? undefined)
}
