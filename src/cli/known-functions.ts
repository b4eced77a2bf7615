/**
 * Every word that some Prometheus, from 2.0 to 3.8, takes before an opening bracket: functions of all versions, experimental and
 * retired ones too, aggregations, and keywords. In lower case.
 * Source: prometheus/prometheus, promql/parser/functions.go and lex.go.
 */
export const KNOWN_FUNCTIONS: ReadonlySet<string> = new Set(
  `abs absent absent_over_time acos acosh asin asinh atan atanh avg_over_time ceil changes clamp clamp_max clamp_min
  cos cosh count_over_time count_scalar day_of_month day_of_week day_of_year days_in_month deg delta deriv
  double_exponential_smoothing drop_common_labels end exp first_over_time floor histogram_avg histogram_count
  histogram_fraction histogram_quantile histogram_quantiles histogram_stddev histogram_stdvar histogram_sum holt_winters
  hour idelta increase info irate label_join label_replace last_over_time ln log10 log2 mad_over_time max_over_time
  min_over_time minute month pi predict_linear present_over_time quantile_over_time rad range rate resets round
  scalar sgn sin sinh sort sort_by_label sort_by_label_desc sort_desc sqrt start stddev_over_time stdvar_over_time step
  sum_over_time tan tanh time timestamp ts_of_first_over_time ts_of_last_over_time ts_of_max_over_time
  ts_of_min_over_time vector year

  avg bottomk count count_values group limit_ratio limitk max min quantile stddev stdvar sum topk

  and atan2 bool by fill fill_left fill_right group_left group_right ignoring offset on or unless without`.split(
    /\s+/,
  ),
);

/**
 * Functions that only servers beside Prometheus have, which answer its API: aggregations too, in lower case.
 * Source: VictoriaMetrics/metricsql, rollup.go, transform.go, aggr.go and parser.go; thanos-io/promql-engine, execution/parse/functions.go.
 */
export const FOREIGN_FUNCTIONS: ReadonlyMap<string, 'Thanos' | 'VictoriaMetrics'> = new Map([
  ...named('Thanos', 'xdelta xincrease xrate'),
  ...named(
    'VictoriaMetrics',
    `aggr_over_time ascent_over_time changes_prometheus count_eq_over_time count_gt_over_time count_le_over_time
    count_ne_over_time decreases_over_time default_rollup delta_prometheus deriv_fast descent_over_time distinct_over_time
    duration_over_time geomean_over_time histogram_over_time hoeffding_bound_lower hoeffding_bound_upper ideriv
    increase_prometheus increase_pure increases_over_time integrate lag lifetime median_over_time mode_over_time
    outlier_iqr_over_time quantiles_over_time range_over_time rate_over_sum rate_prometheus rollup rollup_candlestick
    rollup_delta rollup_deriv rollup_increase rollup_rate rollup_scrape_interval scrape_interval share_eq_over_time
    share_gt_over_time share_le_over_time stale_samples_over_time sum2_over_time sum_eq_over_time sum_gt_over_time
    sum_le_over_time sum_lt_over_time tfirst_over_time timestamp_with_name tlast_change_over_time tlast_over_time
    tmax_over_time tmin_over_time zscore_over_time

    alias bitmap_and bitmap_or bitmap_xor buckets_limit drop_empty_series histogram_share interpolate keep_last_value
    keep_next_value label_copy label_del label_graphite_group label_keep label_lowercase label_map label_match
    label_mismatch label_move label_set label_transform label_uppercase label_value label_values labels_equal limit_offset
    now prometheus_buckets rand rand_exponential rand_normal range_avg range_first range_last range_linear_regression
    range_mad range_max range_median range_min range_normalize range_quantile range_stddev range_stdvar range_sum
    range_trim_outliers range_trim_spikes range_trim_zscore range_zscore remove_resets ru running_avg running_max running_min
    running_sum smooth_exponential sort_by_label_numeric sort_by_label_numeric_desc timezone_offset ttf union

    any bottomk_avg bottomk_last bottomk_max bottomk_median bottomk_min distinct geomean histogram mad median mode
    outliers_iqr outliers_mad outliersk quantiles share sum2 topk_avg topk_last topk_max topk_median topk_min utilization
    zscore`,
  ),
]);

function named<const Server extends string>(
  server: Server,
  names: string,
): readonly (readonly [string, Server])[] {
  return names.split(/\s+/).map((name) => [name, server]);
}
