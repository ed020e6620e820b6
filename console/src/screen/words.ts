import { makeI18n } from '../shared/language'
import { signIn } from '../shared/words'

const zh = {
  in: signIn.zh, app: '化解', title: '社会矛盾纠纷多元化解 · 指挥大屏', language: 'EN', back: '连接中断,正在恢复', live: '实时',
  today: '今日', month: '本月', grievances: '群众诉求', events: '网格事件', closed: '办结', open: '办理中', late: '逾期', about: '即将逾期',
  levels: '分级办理', ladder: '逐级化解', ladderTip: '近31日诉求到达各级的件数', counties: '逾期分布', whistles: '进行中的哨声', none: '当前没有', categories: '高发类别', trend: '受理与办结', field: '235 达标', day: '日达标', week: '周达标', map: '网格与动态', registered: '受理', news: '动态', changed: '有变动', noFigures: '尚无数据',
}
const en: typeof zh = {
  in: signIn.en, app: 'Huajie', title: 'Grassroots casework · wall board', language: '中文', back: 'Connection lost, coming back', live: 'Live',
  today: 'Today', month: 'This month', grievances: 'Grievances', events: 'Grid events', closed: 'Closed', open: 'In handling', late: 'Overdue', about: 'About to be',
  levels: 'By level', ladder: 'How far they climbed', ladderTip: 'Grievances of 31 days, by level reached', counties: 'Overdue by county', whistles: 'Whistles in progress', none: 'None now', categories: 'Most frequent', trend: 'Taken and closed', field: '235 compliance', day: 'days met', week: 'weeks met', map: 'Grids and news', registered: 'taken', news: 'News', changed: 'has moved', noFigures: 'No figures yet',
}
export const i18n = makeI18n(zh, en)
