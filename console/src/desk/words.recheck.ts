// The words of the second look of the city.
export const recheck = {
  zh: {
    nav: { rechecks: '市级复核' },
    recheck: {
      title: '市级随机复核', tip: '从现场核查通过的网格事件中随机抽取。结论作出前,县级及以下不可见。', countyTip: '市级对本地现场核查通过事件随机复核的结果。', none: '没有待复核的事件', noneFound: '没有复核结果', state: '状态', county: '县(区)', all: '全部', open: '待复核', answered: '已复核', lapsed: '已失效', more: '更多',
      due: '复核时限', late: '已超期', closed: '核查通过', verifier: '核查人', place: '事件位置', found: '市级复核', metres: '距事件{n}米', next: '下一步', photo: '复核照片{n}', waits: '本事件已抽中,待市级复核',
      go: '填写复核', verdict: '复核结论', pass: '属实', fail: '不属实', not_possible: '无法复核', reason: '无法复核的原因', changed: '现场已改变,无从判断', no_access: '无法到达或进入', other: '其他(请在意见中说明)',
      here: '取现场定位', again: '重新定位', noPlace: '取不到定位:请打开手机定位权限后重试', need: '须在{n}米以内', photos: '现场照片', photosNeed: '不属实时至少一张', comment: '复核意见', send: '提交结论', sure: '结论提交后不能更改。', done: '结论已提交',
    },
  },
  en: {
    nav: { rechecks: 'Second looks' },
    recheck: {
      title: 'Second looks of the city', tip: 'Drawn at random from the events passed on the spot. Nobody below the city knows of one before it is answered.', countyTip: 'What the city found when it looked again at events passed on the spot here.', none: 'Nothing waits for a second look', noneFound: 'Nothing was found yet', state: 'State', county: 'County', all: 'All', open: 'Waiting', answered: 'Answered', lapsed: 'Lapsed', more: 'More',
      due: 'To be looked at by', late: 'overdue', closed: 'Passed', verifier: 'by', place: 'Place', found: 'Second look of the city', metres: '{n} m from the event', next: 'Next', photo: 'Photograph {n} of the second look', waits: 'Drawn: waits for the second look of the city',
      go: 'Answer', verdict: 'Verdict', pass: 'Confirmed', fail: 'Does not hold', not_possible: 'Could not look', reason: 'Why it could not be looked at', changed: 'The place has changed since', no_access: 'It cannot be reached or entered', other: 'Another (say so in the comment)',
      here: 'Take my position', again: 'Take it again', noPlace: 'No position: allow the browser to read it and try again', need: 'be within {n} m', photos: 'Photographs of the place', photosNeed: 'at least one where it does not hold', comment: 'Comment', send: 'Submit', sure: 'A verdict cannot be changed.', done: 'The verdict is kept',
    },
  },
}
